import { existsSync } from 'node:fs'
import { homeAt } from '../data/home.js'
import { sumLedger } from '../data/records/ledger.js'
import { countLiveBatches, countStates } from '../data/records/state-counts.js'
import type { Overview } from '../reports/overview.js'
import { DEMO_HOME } from './demo-home.js'
import { readConfig } from './home-config.js'
import { loadStatus } from './load-status.js'
import { refuseLostDatabase } from './lost-database.js'
import { withHome } from './open-home.js'
import { readHealthFile } from './watch/health-file.js'

/**
 * Where a person is who types nothing but the program's name. Reads records only: nothing is looked at or asked for.
 *
 * @throws HemlineError `database_lost`, `bad_config`.
 */
export async function loadOverview(folder: string, env: NodeJS.ProcessEnv, now: Date): Promise<Overview> {
  const home = homeAt(folder)
  refuseLostDatabase(home)
  const settings = (await readConfig(home))?.settings
  if (!existsSync(home.database)) {
    if (settings) return { kind: 'pinned', home: folder, settings }
    const hasKey = Boolean(env['OPENAI_API_KEY']?.trim())
    const demo = existsSync(homeAt(DEMO_HOME).database) ? DEMO_HOME : undefined
    return { kind: 'no_home', home: folder, root: home.root, hasKey, demo }
  }
  return withHome(folder, async (db) => ({
    kind: 'home',
    home: folder,
    settings,
    rows: await loadStatus(db),
    counts: await countStates(db),
    live: await countLiveBatches(db),
    ledger: await sumLedger(db, 'model'),
    daemon: await readHealthFile(home, now),
  }))
}
