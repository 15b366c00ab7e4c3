import { existsSync } from 'node:fs'
import process from 'node:process'

/** Takes variables from a file of lines such as `NAME=value`, where the environment has none of that name; a warning if it cannot be read. */
export function loadEnvFile(path: string): void {
  if (!existsSync(path)) return
  try {
    process.loadEnvFile(path)
  } catch (error) {
    process.stderr.write(
      `warning: "${path}" cannot be read, so nothing in it counts: ${(error as Error).message}\n`,
    )
  }
}
