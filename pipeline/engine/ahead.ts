import type { Asset } from './asset.js'
import type { CurrentRun } from './step.js'

/** What is done of the assets below one while that one is still being made. */
export type Ahead = {
  /** Lets them work with what is on record by now; while they still do, they look once more after that. Returns at once. */
  handOn(): void
  /** Begins nothing any more, and resolves when nothing is at work; rejects only with what `onEvent` threw. */
  end(): Promise<void>
}

/**
 * Lets assets work ahead of their own steps, one call at a time. It is no step, and leaves no record of its own: a failure
 * is told, and is met again, or not, by the step.
 *
 * @param below  those without a `workAhead` are left alone.
 */
export function workAhead<R>(run: CurrentRun<R>, below: readonly Asset<R>[]): Ahead {
  const { resources, clock, signal, onEvent } = run.options
  const context = { ...resources, runId: run.id, clock, signal }
  const willing = new Set(below.filter((asset) => asset.workAhead !== undefined))
  let isWanted = false
  let isOver = false
  let work: Promise<void> | undefined
  return {
    handOn() {
      isWanted = true
      if (work !== undefined || willing.size === 0) return
      work = goOn()
      // It is awaited at the end; until then a failure must not count as unhandled.
      work.catch(() => {})
    },
    async end() {
      isOver = true
      await work
    },
  }

  async function goOn(): Promise<void> {
    while (isWanted) {
      isWanted = false
      for (const asset of willing) {
        if (isOver || signal.aborted) return
        try {
          if ((await asset.workAhead!(context)) === 'enough') willing.delete(asset)
        } catch (error) {
          willing.delete(asset)
          if (!signal.aborted) onEvent({ kind: 'ahead.failed', asset: asset.key, error })
        }
      }
    }
    work = undefined
  }
}
