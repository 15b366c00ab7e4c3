import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../../../data/artifacts.js'
import type { Clock } from '../../clock.js'
import type { BatchStatus } from './batch-life.js'
import { type StoredBatch, isUnfinished, moveBatch, newBatch } from './batch-record.js'
import { newId } from './new-id.js'
import type { BatchRequest } from './read-batch-request.js'
import { readRecord } from './record-file.js'

/**
 * The batches of the server: a folder `batches/<id>/` for each, with its record and the answers to its lines. The record
 * in memory is the one that is told; it is on disk again after every move.
 */
export class BatchStore {
  readonly #directory: string
  readonly #clock: Clock
  /** In the order of their sequence. */
  readonly #batches = new Map<string, StoredBatch>()
  #lastSequence = 0
  #lastSave: Promise<void> = Promise.resolve()

  private constructor(directory: string, clock: Clock) {
    this.#directory = directory
    this.#clock = clock
  }

  /** Reads what is there, and removes the folder of a batch whose creation was interrupted before it was answered. */
  static async open(directory: string, clock: Clock): Promise<BatchStore> {
    const store = new BatchStore(directory, clock)
    await store.#load()
    return store
  }

  async #load(): Promise<void> {
    await mkdir(join(this.#directory, 'batches'), { recursive: true })
    const loaded: StoredBatch[] = []
    for (const id of await readdir(join(this.#directory, 'batches'))) {
      const stored = await readRecord<StoredBatch>(this.#recordPath(id))
      if (stored) loaded.push(stored)
      else await rm(this.folderOf(id), { recursive: true })
    }
    for (const stored of loaded.toSorted((a, b) => a.sequence - b.sequence)) this.#insert(stored)
  }

  /** Oldest first. */
  list(): StoredBatch[] {
    return [...this.#batches.values()]
  }

  find(id: string): StoredBatch | undefined {
    return this.#batches.get(id)
  }

  /** Whether a batch that is not over has this input file. */
  isInputInUse(fileId: string): boolean {
    return this.list().some((stored) => isUnfinished(stored) && stored.batch.input_file_id === fileId)
  }

  folderOf(id: string): string {
    return join(this.#directory, 'batches', id)
  }

  async create(request: BatchRequest): Promise<StoredBatch> {
    const stored = newBatch(newId('batch_'), ++this.#lastSequence, request, this.#clock.now())
    await mkdir(this.folderOf(stored.batch.id))
    await this.#save(stored)
    this.#insert(stored)
    return stored
  }

  /** Moves the batch in memory at once, so that nobody else can, and resolves when that is on disk. */
  async move(
    stored: StoredBatch,
    status: Exclude<BatchStatus, 'validating'>,
    changes: Partial<Pick<StoredBatch, 'endsAs'>> & { batch?: Partial<StoredBatch['batch']> } = {},
  ): Promise<void> {
    moveBatch(stored.batch, status, this.#clock.now())
    Object.assign(stored.batch, changes.batch)
    if (changes.endsAs !== undefined) stored.endsAs = changes.endsAs
    await this.#save(stored)
  }

  /** One after another: two saves of one batch at a time would write into the same temporary file. */
  #save(stored: StoredBatch): Promise<void> {
    const content = JSON.stringify(stored)
    const save = this.#lastSave.then(() => writeAtomically(this.#recordPath(stored.batch.id), content))
    // Whoever asked for this save gets its failure; the next one starts all the same.
    this.#lastSave = save.catch(() => {})
    return save
  }

  #insert(stored: StoredBatch): void {
    this.#batches.set(stored.batch.id, stored)
    this.#lastSequence = Math.max(this.#lastSequence, stored.sequence)
  }

  #recordPath(id: string): string {
    return join(this.folderOf(id), 'batch.json')
  }
}
