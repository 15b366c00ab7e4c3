import { statSync } from 'node:fs'

/**
 * A text that changes with whatever is done to a file, its rights included, or put in its place; empty when there is none. Asked again and again for
 * as long as nothing happens: by way of another thread it would take ten times as long.
 */
export function fileStamp(path: string): string {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false })
    return found ? `${found.ctimeNs}/${found.size}/${found.ino}` : ''
  } catch {
    return ''
  }
}
