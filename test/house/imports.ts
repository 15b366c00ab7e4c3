import { readFileSync, readdirSync } from 'node:fs'
import { join, posix } from 'node:path'

/** The rooms from left to right: each may import itself and those to its left. */
export const rooms = ['data', 'pipeline', 'reports', 'assets', 'scheduler'] as const

/** Every source file of the rooms, as a path with `/`. */
export function sourceFiles(folders: readonly string[] = rooms): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.c?tsx?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name).replaceAll('\\', '/')),
  )
}

export function read(file: string): string {
  return readFileSync(file, 'utf8')
}

/** What a file imports, types and `import()` included: package names, and paths of this project without their ending. */
export function importsOf(file: string, source: string): string[] {
  const specifiers = source.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\()'([^']+)'/g)
  return [...specifiers].map(([, specifier]) =>
    specifier!.startsWith('.')
      ? posix.join(posix.dirname(file), specifier!).replace(/\.c?js$/, '')
      : specifier!,
  )
}

/** The imports of a file that go to a room on its right, or out of the house. */
export function forbiddenImports(file: string, source: string): string[] {
  const own = roomOf(file)
  return importsOf(file, source).filter((imported) => {
    const room = roomOf(imported)
    if (room === -1) return imported.startsWith('test/') || imported.startsWith('..')
    return room > own
  })
}

function roomOf(path: string): number {
  return rooms.findIndex((room) => path.startsWith(`${room}/`))
}
