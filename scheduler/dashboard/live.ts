import { isDeepStrictEqual } from 'node:util'
import type { Db } from '../../data/database.js'
import { readDataVersion } from '../../data/records/data-version.js'
import type { Clock } from '../../pipeline/clock.js'
import type { Overview } from '../../reports/dashboard-wire.js'

const LOOK_MS = 250
/** What is no commit (the daemon's health, the config) is looked at so often. */
const REFRESH_MS = 10_000
/** Who asks again so soon gets the same. */
const FRESH_MS = 500
/** It rests so many times as long as reading took. */
const REST_FACTOR = 3

type Listener = (overview: Overview) => void

/**
 * The overview as it is now, and whenever it changes, whichever process changed it: the database tells that somebody
 * committed, at next to no cost. It is read once for all who look, and rests in proportion to how long reading took.
 */
export class Live {
  #overview: Overview | undefined
  #version = -1
  #readAt = 0
  #reading: Promise<Overview> | undefined
  readonly #listeners = new Set<Listener>()
  readonly #stop = new AbortController()
  #looking: Promise<void> | undefined

  constructor(
    private readonly db: Db,
    private readonly load: () => Promise<Overview>,
    private readonly clock: Clock,
    private readonly warn: (text: string) => void,
  ) {}

  /** The overview: as it was last told while somebody listens, else of now. */
  async current(): Promise<Overview> {
    const ageMs = this.clock.now().getTime() - this.#readAt
    const isFollowed = this.#listeners.size > 0 && this.#looking !== undefined
    if (this.#overview === undefined || (!isFollowed && ageMs >= FRESH_MS)) return this.#read()
    return this.#overview
  }

  /** Tells a listener now, and at each change, until it is taken away. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    if (this.#overview) listener(this.#overview)
    this.#looking ??= this.#look()
    return () => void this.#listeners.delete(listener)
  }

  /** Reads anew after a commit of our own, which the database does not tell us about. */
  async refresh(): Promise<void> {
    await this.#read()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#looking
  }

  async #look(): Promise<void> {
    const { signal } = this.#stop
    let restMs = LOOK_MS
    while (!signal.aborted && this.#listeners.size > 0) {
      try {
        const isOld = this.clock.now().getTime() - this.#readAt >= REFRESH_MS
        if (isOld || (await readDataVersion(this.db)) !== this.#version) {
          const began = this.clock.now().getTime()
          await this.#read()
          restMs = Math.max(LOOK_MS, (this.clock.now().getTime() - began) * REST_FACTOR)
        }
      } catch (error) {
        this.warn(`the overview cannot be read: ${(error as Error).message}`)
        restMs = REFRESH_MS
      }
      await this.clock.sleep(restMs, signal)
    }
    this.#looking = undefined
  }

  #read(): Promise<Overview> {
    this.#reading ??= this.#readNow().finally(() => (this.#reading = undefined))
    return this.#reading
  }

  async #readNow(): Promise<Overview> {
    // Before, so that what is committed meanwhile is read once more.
    const version = await readDataVersion(this.db)
    const overview = await this.load()
    const hasChanged = version !== this.#version || !isDeepStrictEqual(overview, this.#overview)
    this.#version = version
    this.#readAt = this.clock.now().getTime()
    this.#overview = overview
    if (hasChanged) for (const listener of this.#listeners) listener(overview)
    return overview
  }
}
