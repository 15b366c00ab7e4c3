import type { notifyEvents } from './notify-config.js'

/** How a run ended, for whoever is not watching. */
export type News = {
  event: (typeof notifyEvents)[number]
  /** Null for what went wrong before there was a run. */
  run: number | null
  /** A sentence, which does not change while the same thing is wrong. */
  because: string
  /** What a person can do about it. */
  hint?: string | undefined
  /** What the run cost; null when nothing is known of it. */
  spent: { requests: number; cost_nano_usd: number } | null
}

/** Problems are remembered up to so many; then the oldest is forgotten. */
const MOST_PROBLEMS = 1_000

/**
 * What was told already. The same problem is told once, in whichever run it turns up again, until a run was done or what is
 * wrong changed; the end of a run is told once.
 */
export class ToldNews {
  readonly #problems = new Set<string>()
  #done: number | null = null

  /** Whether it is to be told; remembers it as told. */
  add(news: News): boolean {
    if (news.event === 'done') {
      this.#problems.clear()
      const isNew = news.run === null || news.run !== this.#done
      this.#done = news.run
      return isNew
    }
    const problem = problemOf(news)
    if (this.#problems.has(problem)) return false
    if (this.#problems.size === MOST_PROBLEMS) this.#problems.delete(this.#problems.values().next().value!)
    this.#problems.add(problem)
    return true
  }

  /** It could not be told: the next time it is to be tried again. */
  forget(news: News): void {
    this.#problems.delete(problemOf(news))
  }
}

function problemOf({ event, because }: News): string {
  return `${event}: ${because}`
}
