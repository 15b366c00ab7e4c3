import { stat } from 'node:fs/promises'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { readDataVersion } from '../../data/records/data-version.js'
import { findRuns } from '../../data/records/runs.js'

/** So long a tick that would decide nothing is put off; what is due by the clock is late by no more. */
const REST_MS = 10_000

/**
 * Lets a daemon that has nothing to do look less closely: after a quiet tick it rests for ten seconds, unless another process
 * writes to the database or somebody edits the config or the prices. While any run waits or is queued it does not rest at all.
 */
export class Rest {
  #until = 0
  /** What was there when the last tick began, and what is there now. */
  #seen = ''
  #looked = ''

  constructor(
    private readonly db: Db,
    private readonly home: Home,
  ) {}

  /** Begins a rest, after a tick that had nothing to do; what came while it decided ends it at once. */
  async begin(now: Date): Promise<void> {
    const isWaiting = (await findRuns(this.db, ['waiting', 'queued', 'running'])).length > 0
    this.#until = isWaiting ? 0 : now.getTime() + REST_MS
    this.#seen = this.#looked
  }

  /** Whether the daemon may go on resting at this instant; if not, a tick begins. */
  async isUndisturbed(now: Date): Promise<boolean> {
    this.#looked = await this.#look()
    const left = this.#until - now.getTime()
    // A clock that was put back must not make it longer.
    return left > 0 && left <= REST_MS && this.#looked === this.#seen
  }

  async #look(): Promise<string> {
    const files = await Promise.all([this.home.config, this.home.models].map(stampOf))
    return [await readDataVersion(this.db), ...files].join(' ')
  }
}

async function stampOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined)
  return found ? `${found.mtimeNs}/${found.size}/${found.ino}` : ''
}
