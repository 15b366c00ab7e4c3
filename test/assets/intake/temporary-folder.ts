import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A folder of one test's own, deleted with all that is in it when the test ends. */
export type TemporaryFolder = AsyncDisposable & {
  path: string
  /** Writes a file, making the folders on the way, and returns its absolute path. */
  write(name: string, content?: string | Uint8Array): Promise<string>
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'hemline-intake-')))
  return {
    path,
    async write(name, content = 'x') {
      const file = join(path, name)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, content)
      return file
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
