import { createWriteStream, type WriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { makeFolder } from './make-folder.js'

/**
 * Writes a whole file so that a reader, or a crash, sees either the old one or the new one and never a half.
 * The bytes are on disk when it resolves.
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const file = await createArtifact(path)
  await file.write(content)
  await file.commit()
}

/** A file being written under a temporary name (`<path>.part`); it takes its real name only in `commit`. */
export type Artifact = {
  /** Resolves once the bytes may be forgotten by the caller; waits while the disk is behind. */
  write(content: string | Uint8Array): Promise<void>
  /** Bytes written so far. */
  readonly bytes: number
  /** Flushes to disk and takes the real name; replaces a file of that name. */
  commit(): Promise<void>
  /** Deletes the temporary file. */
  discard(): Promise<void>
}

/** Opens an artifact for streaming; folders on the way are created. A left-over temporary file is overwritten. */
export async function createArtifact(path: string): Promise<Artifact> {
  makeFolder(dirname(path))
  const temporary = `${path}.part`
  const stream = createWriteStream(temporary, { flush: true, highWaterMark: 1 << 20 })
  await once(stream, 'open')
  return new StreamedArtifact(path, temporary, stream)
}

class StreamedArtifact implements Artifact {
  bytes = 0
  #failure: Error | undefined

  constructor(
    private readonly path: string,
    private readonly temporary: string,
    private readonly stream: WriteStream,
  ) {
    stream.on('error', (error) => (this.#failure ??= error))
  }

  async write(content: string | Uint8Array): Promise<void> {
    if (this.#failure) throw this.#failure
    this.bytes += typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength
    if (!this.stream.write(content)) await once(this.stream, 'drain')
  }

  async commit(): Promise<void> {
    this.stream.end()
    await finished(this.stream)
    await rename(this.temporary, this.path)
    await syncDirectory(dirname(this.path))
  }

  async discard(): Promise<void> {
    this.stream.destroy()
    await rm(this.temporary, { force: true })
  }
}

/** A rename is durable only once its folder is on disk; some file systems cannot sync a folder, and say so. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    await handle.close()
  }
}
