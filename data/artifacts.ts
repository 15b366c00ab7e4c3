import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
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
  /** Resolves once the caller may use the room of the bytes again; waits while the disk is behind. */
  write(content: string | Uint8Array): Promise<void>
  /** Bytes written so far. */
  readonly bytes: number
  /** Flushes to disk and takes the real name; replaces a file of that name. */
  commit(): Promise<void>
  /** Deletes the temporary file. */
  discard(): Promise<void>
}

/** What goes to the disk at once; meanwhile as much again is taken in. */
const ROOM_BYTES = 1 << 20

/** Opens an artifact for streaming; folders on the way are created. A left-over temporary file is overwritten. */
export async function createArtifact(path: string): Promise<Artifact> {
  makeFolder(dirname(path))
  const temporary = `${path}.part`
  return new BufferedArtifact(path, temporary, await open(temporary, 'w'))
}

class BufferedArtifact implements Artifact {
  bytes = 0
  #room: Buffer = Buffer.allocUnsafeSlow(ROOM_BYTES)
  #filled = 0
  #other: Buffer | undefined
  /** Of the other room; a failure stays, and is thrown to whoever waits for it. */
  #writing: Promise<void> = Promise.resolve()

  constructor(
    private readonly path: string,
    private readonly temporary: string,
    private readonly file: FileHandle,
  ) {}

  async write(content: string | Uint8Array): Promise<void> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    this.bytes += bytes.byteLength
    for (let at = 0; at < bytes.byteLength;) {
      const taken = bytes.subarray(at, at + ROOM_BYTES - this.#filled)
      this.#room.set(taken, this.#filled)
      this.#filled += taken.byteLength
      at += taken.byteLength
      if (this.#filled === ROOM_BYTES) await this.#turnOver()
    }
  }

  async #turnOver(): Promise<void> {
    await this.#writing
    const full = this.#room.subarray(0, this.#filled)
    this.#writing = this.file.writeFile(full)
    // It is awaited in its turn; until then a failure must not count as unhandled.
    this.#writing.catch(() => {})
    ;[this.#room, this.#other] = [this.#other ?? Buffer.allocUnsafeSlow(ROOM_BYTES), this.#room]
    this.#filled = 0
  }

  async commit(): Promise<void> {
    await this.#turnOver()
    await this.#writing
    await this.file.sync()
    await this.file.close()
    await rename(this.temporary, this.path)
    await syncDirectory(dirname(this.path))
  }

  async discard(): Promise<void> {
    await Promise.allSettled([this.#writing])
    await this.file.close()
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
