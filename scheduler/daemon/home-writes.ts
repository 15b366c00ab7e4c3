import { type FSWatcher, watch } from 'node:fs'
import { basename } from 'node:path'
import type { Home } from '../../data/home.js'

/**
 * Tells when the database, the config or the prices of a home are written to, by this process or another, as far as the
 * system says so: some file systems say nothing, and a user's watches may be used up.
 */
export class HomeWrites {
  readonly #watchers: FSWatcher[] = []
  #wasTold = false
  #isBroken = false

  /** @param tell  called for every write, and now and then for none; what it was, the caller looks up. */
  constructor({ root, config, models, databaseLog }: Home, tell: () => void) {
    const edited = new Set([config, models].map((path) => basename(path)))
    // By its folder: a file may be replaced, or not be there yet.
    this.#watch(root, (name) => {
      if (name === null || edited.has(name)) tell()
    })
    // By itself: of a file that stays open, not every system tells the watcher of its folder.
    this.#watch(databaseLog, () => {
      this.#wasTold = true
      tell()
    })
  }

  /** Whether silence means that nothing was written; not before one write was told, such as the caller's own heartbeat. */
  get isReliable(): boolean {
    return this.#wasTold && !this.#isBroken
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close()
  }

  #watch(path: string, told: (name: string | null) => void): void {
    const fail = (): void => void (this.#isBroken = true)
    try {
      this.#watchers.push(watch(path, (_event, name) => told(name)).on('error', fail))
    } catch {
      fail()
    }
  }
}
