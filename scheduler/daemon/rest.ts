import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { readDataVersion } from '../../data/records/data-version.js'
import { findRuns } from '../../data/records/runs.js'
import { fileStamp } from './file-stamp.js'

/**
 * Lets a daemon that has nothing to do look less closely: after a quiet tick it rests until the next beat, unless another process
 * writes to the database or somebody edits the config or the prices. While any run waits or is queued it does not rest at all.
 */
export class Rest {
  #isOver = true
  /** What was there when the last tick began, and what is there now. */
  #seen = ''
  #looked = ''

  constructor(
    private readonly db: Db,
    private readonly home: Home,
  ) {}

  /** Begins a rest, after a tick that had nothing to do; what came while it decided ends it at once. */
  async begin(): Promise<void> {
    this.#isOver = (await findRuns(this.db, ['waiting', 'queued', 'running'])).length > 0
    this.#seen = this.#looked
  }

  /** Ends it: the clock alone may have made something due. */
  end(): void {
    this.#isOver = true
  }

  /** Whether the daemon may go on resting; if not, a tick begins. */
  async isUndisturbed(): Promise<boolean> {
    const { config, models } = this.home
    this.#looked = `${await readDataVersion(this.db)} ${fileStamp(config)} ${fileStamp(models)}`
    return !this.#isOver && this.#looked === this.#seen
  }
}
