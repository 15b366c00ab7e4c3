import process from 'node:process'
import type { Settings } from '../../assets/settings.js'
import type { Home } from '../../data/home.js'
import { systemClock } from '../../pipeline/clock.js'
import { type LazyConnection, prepareConnection } from '../connect.js'

/** The providers that a home is pinned to while a daemon runs, each prepared once and connected on first use. */
export class Connections {
  readonly #known = new Map<string, LazyConnection>()

  constructor(private readonly home: Home) {}

  /** @throws HemlineError `no_key`, `bad_key`, `bad_base_url`. */
  to(provider: Settings['provider']): LazyConnection {
    const known = this.#known.get(provider)
    if (known) return known
    const connection = prepareConnection({ provider }, this.home, process.env, systemClock)
    this.#known.set(provider, connection)
    return connection
  }

  async close(): Promise<void> {
    for (const connection of this.#known.values()) await connection.close()
  }
}
