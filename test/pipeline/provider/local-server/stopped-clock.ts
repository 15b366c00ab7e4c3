import type { Clock } from '../../../../pipeline/clock.js'

/** A clock that stands still until it is told to go on. */
export class StoppedClock implements Clock {
  #now: number
  #sleepers: { until: number; wake: () => void }[] = []

  constructor(now = '2026-11-23T12:00:00.000Z') {
    this.#now = Date.parse(now)
  }

  now(): Date {
    return new Date(this.#now)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const wake = (): void => {
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      this.#sleepers.push({ until: this.#now + ms, wake })
      signal?.addEventListener('abort', wake)
    })
  }

  /** Whether somebody sleeps until the instant that is `ms` away. */
  hasSleeperIn(ms: number): boolean {
    return this.#sleepers.some(({ until }) => until === this.#now + ms)
  }

  advance(ms: number): void {
    this.#now += ms
    const due = this.#sleepers.filter(({ until }) => until <= this.#now)
    this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#now)
    for (const { wake } of due) wake()
  }
}
