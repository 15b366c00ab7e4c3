import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { readDataVersion } from '../../data/records/data-version.js'
import { findRuns } from '../../data/records/runs.js'
import type { Clock } from '../../pipeline/clock.js'
import { fileStamp } from './file-stamp.js'
import { HomeWrites } from './home-writes.js'

/** How often it is looked whether there is anything to do, where nobody tells. */
const LOOK_INTERVAL_MS = 1_000
/** A rest that nothing disturbs is ended by the caller's beat before this. */
const LONGEST_MS = 60_000
/** Who writes once often writes again: what comes within this is seen as one. */
const BURST_MS = 100
/** A reason that is no error: making one looks through the stack. */
const TOLD = 'told'

/**
 * Lets a daemon that has nothing to do look less closely: after a quiet tick it rests until the next beat, unless another process
 * writes to the database or somebody edits the config or the prices. The system tells of that; where it cannot, it is looked
 * for once a second. While any run waits or is queued there is no rest, but a tick a second.
 */
export class Rest {
  readonly #writes: HomeWrites
  #word = new AbortController()
  #isOver = false
  #seen = ''

  constructor(
    private readonly db: Db,
    private readonly home: Home,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {
    this.#writes = new HomeWrites(home, () => this.#word.abort(TOLD))
    signal.addEventListener('abort', () => this.#word.abort(TOLD), { once: true })
  }

  /** To be called before a tick: what is written from here on, also while it decides, ends the rest that follows. */
  async prepare(): Promise<void> {
    this.#word = new AbortController()
    this.#isOver = false
    this.#seen = await this.#look()
  }

  /** Resolves when another tick is to begin, or at the signal. */
  async untilOver(): Promise<void> {
    const runs = await findRuns(this.db, ['waiting', 'queued', 'running'])
    if (runs.length > 0) return this.clock.sleep(LOOK_INTERVAL_MS, this.signal)
    while (true) {
      await this.clock.sleep(this.#writes.isReliable ? LONGEST_MS : LOOK_INTERVAL_MS, this.#word.signal)
      if (this.#isOver || this.signal.aborted) return
      this.#word = new AbortController()
      if ((await this.#look()) !== this.#seen) return this.clock.sleep(BURST_MS, this.signal)
    }
  }

  /** Ends it: the clock alone may have made something due. */
  end(): void {
    this.#isOver = true
    this.#word.abort(TOLD)
  }

  close(): void {
    this.#writes.close()
  }

  /** Changes with every commit of another connection and every edit, but not with what this one commits. */
  async #look(): Promise<string> {
    const { config, models } = this.home
    return `${await readDataVersion(this.db)} ${fileStamp(config)} ${fileStamp(models)}`
  }
}
