import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../../pipeline/clock.js'

/** A clock that stands still but for `sleep`, which passes at once. It remembers for how long it slept. */
export class TestClock implements Clock {
  readonly slept: number[] = []
  #now = Date.parse('2026-01-01T00:00:00.000Z')

  /** @param whileAsleep  called with the time slept so far in each sleep, before it ends: the world goes on meanwhile. */
  constructor(private readonly whileAsleep: () => void | Promise<void> = () => {}) {}

  now(): Date {
    return new Date(this.#now)
  }

  advance(ms: number): void {
    this.#now += ms
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await setImmediate()
    if (signal?.aborted) return
    this.slept.push(ms)
    await this.whileAsleep()
    if (signal?.aborted) return
    this.advance(ms)
  }
}
