import { renameSync, writeFileSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from './make-folder.js'

/**
 * Writes a whole file so that a reader, or a crash, sees either the old one or the new one and never a half.
 * The bytes are on disk when it resolves.
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const file = await createArtifact(path)
  try {
    await file.write(content)
    await file.commit()
  } catch (error) {
    await file.discard()
    throw error
  }
}

/**
 * Writes a small file so that a reader sees either the old one or the new one. It does not wait for the disk: a power cut may
 * leave an empty one. For what is written every few seconds, and by way of another thread would take many times as long.
 */
export function replaceAtOnce(path: string, content: string): void {
  const temporary = `${path}.part`
  writeFileSync(temporary, content)
  renameSync(temporary, path)
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

/** What is written at once; meanwhile as much again is taken in. */
const ROOM_BYTES = 1 << 20
/** What is on its way to the disk at once, while more is written: so the end has little to wait for. */
const FLUSH_BYTES = 16 << 20

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
  /** Of what was written before; the system tells of a failure once, so it stays too. */
  #flushing: Promise<void> = Promise.resolve()
  #unflushed = 0

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
    if (this.#unflushed >= FLUSH_BYTES) await this.#flush()
    const full = this.#room.subarray(0, this.#filled)
    this.#writing = awaitedLater(this.file.writeFile(full))
    this.#unflushed += full.byteLength
    ;[this.#room, this.#other] = [this.#other ?? Buffer.allocUnsafeSlow(ROOM_BYTES), this.#room]
    this.#filled = 0
  }

  async #flush(): Promise<void> {
    await this.#flushing
    this.#flushing = awaitedLater(this.file.datasync())
    this.#unflushed = 0
  }

  async commit(): Promise<void> {
    await this.#turnOver()
    await this.#writing
    await this.#flushing
    await this.file.sync()
    await this.file.close()
    await rename(this.temporary, this.path)
    await syncDirectory(dirname(this.path))
  }

  async discard(): Promise<void> {
    await Promise.allSettled([this.#writing, this.#flushing])
    await this.file.close()
    await rm(this.temporary, { force: true })
  }
}

/** Until its turn comes, a failure must not count as unhandled. */
function awaitedLater(work: Promise<void>): Promise<void> {
  work.catch(() => {})
  return work
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
