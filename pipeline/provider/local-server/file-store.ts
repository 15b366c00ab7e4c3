import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Artifact, createArtifact, writeAtomically } from '../../../data/artifacts.js'
import type { Clock } from '../../clock.js'
import { unixSeconds } from './instant.js'
import { readRecord } from './record-file.js'

/** What the server knows of a file, in the API's shape where it is told; instants are seconds since 1970. */
export type StoredFile = {
  id: string
  /** Counts up with every file; the order of lists. */
  sequence: number
  bytes: number
  created_at: number
  /** From then on the file is gone; null: it stays until it is deleted. */
  expires_at: number | null
  /** Free text, never a path. */
  filename: string
  purpose: 'batch' | 'batch_output'
  /** Where the bytes are, relative to the server's directory. */
  data: string
}

/**
 * The files of the server: in `files/`, one small JSON file for each, and beside it the bytes of those that were uploaded.
 * A file exists from the moment its JSON does.
 */
export class FileStore {
  readonly #directory: string
  readonly #clock: Clock
  readonly #files = new Map<string, StoredFile>()
  #lastSequence = 0

  private constructor(directory: string, clock: Clock) {
    this.#directory = directory
    this.#clock = clock
  }

  /** Reads what is there, and removes what an interrupted upload left behind. */
  static async open(directory: string, clock: Clock): Promise<FileStore> {
    const store = new FileStore(directory, clock)
    await store.#load()
    return store
  }

  async #load(): Promise<void> {
    await mkdir(join(this.#directory, 'files'), { recursive: true })
    const names = await readdir(join(this.#directory, 'files'))
    for (const name of names.filter((name) => name.endsWith('.json'))) {
      const file = await readRecord<StoredFile>(join(this.#directory, 'files', name))
      if (file) this.#insert(file)
    }
    for (const name of names) {
      const isWhole = name.endsWith('.json') || (name.endsWith('.data') && this.#files.has(name.slice(0, -5)))
      if (!isWhole) await rm(join(this.#directory, 'files', name))
    }
  }

  /** All files that have not expired, oldest first. */
  list(): StoredFile[] {
    const files = [...this.#files.values()].filter((file) => !this.#isExpired(file))
    return files.sort((a, b) => a.sequence - b.sequence)
  }

  /** Undefined when it was never there, was deleted, or has expired. */
  find(id: string): StoredFile | undefined {
    const file = this.#files.get(id)
    return file === undefined || this.#isExpired(file) ? undefined : file
  }

  /** Where an uploaded file's bytes are, whether it has expired or not. */
  uploadPath(id: string): string {
    return join(this.#directory, uploadData(id))
  }

  pathOf(file: StoredFile): string {
    return join(this.#directory, file.data)
  }

  /** Opens the place for the bytes of a file that is being uploaded; once they are committed, `addUpload` makes it a file. */
  createUpload(id: string): Promise<Artifact> {
    return createArtifact(this.uploadPath(id))
  }

  addUpload(file: {
    id: string
    bytes: number
    filename: string
    keptSeconds: number | null
  }): Promise<StoredFile> {
    return this.#add({ ...file, purpose: 'batch', data: uploadData(file.id) })
  }

  /** Makes a file of a batch's results, which stay where they are. Doing it again changes nothing. */
  async addResults(file: {
    id: string
    bytes: number
    filename: string
    keptSeconds: number | null
    data: string
  }): Promise<StoredFile> {
    return this.#files.get(file.id) ?? (await this.#add({ ...file, purpose: 'batch_output' }))
  }

  async #add({
    keptSeconds,
    ...file
  }: Omit<StoredFile, 'sequence' | 'created_at' | 'expires_at'> & {
    keptSeconds: number | null
  }): Promise<StoredFile> {
    const createdAt = unixSeconds(this.#clock.now())
    const stored: StoredFile = {
      ...file,
      sequence: ++this.#lastSequence,
      created_at: createdAt,
      expires_at: keptSeconds === null ? null : createdAt + keptSeconds,
    }
    await writeAtomically(this.#recordPath(stored.id), JSON.stringify(stored))
    this.#insert(stored)
    return stored
  }

  /** Deletes the record first: a crash in between leaves bytes without a record, which the next start removes. */
  async remove(file: StoredFile): Promise<void> {
    this.#files.delete(file.id)
    await rm(this.#recordPath(file.id), { force: true })
    await rm(this.pathOf(file), { force: true })
  }

  /** Deletes the expired files but those that are still needed. */
  async removeExpired(isNeeded: (id: string) => boolean): Promise<void> {
    for (const file of this.#files.values()) {
      if (this.#isExpired(file) && !isNeeded(file.id)) await this.remove(file)
    }
  }

  #insert(file: StoredFile): void {
    this.#files.set(file.id, file)
    this.#lastSequence = Math.max(this.#lastSequence, file.sequence)
  }

  #isExpired(file: StoredFile): boolean {
    return file.expires_at !== null && file.expires_at <= unixSeconds(this.#clock.now())
  }

  #recordPath(id: string): string {
    return join(this.#directory, 'files', `${id}.json`)
  }
}

function uploadData(id: string): string {
  return `files/${id}.data`
}
