import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import type { Clock } from '../../pipeline/clock.js'
import { cleanHome } from '../clean-home.js'
import type { ProgressEvent } from '../progress.js'
import type { Retention } from '../retention.js'

const DAY_MS = 86_400_000

/** Cleans a home at its first call, and then once a day; a clock that is set back does not keep it waiting. */
export function dailyCleaning(
  db: Db,
  home: Home,
  { clock, notify }: { clock: Clock; notify: (event: ProgressEvent) => void },
): (retention: Retention) => Promise<void> {
  let cleanedAt: Date | undefined
  return async (retention) => {
    const now = clock.now()
    if (cleanedAt && Math.abs(now.getTime() - cleanedAt.getTime()) < DAY_MS) return
    cleanedAt = now
    const cleaned = await cleanHome(db, home, retention, now)
    if (cleaned.length === 0) return
    const files = cleaned.flatMap((each) => ('bytes' in each ? [each.bytes] : []))
    const records = cleaned.reduce((sum, each) => sum + ('records' in each ? each.records : 0), 0)
    notify({
      kind: 'home.cleaned',
      files: files.length,
      bytes: files.reduce((sum, bytes) => sum + bytes, 0),
      records,
    })
  }
}
