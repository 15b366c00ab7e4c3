import { homeAt } from '../../data/home.js'
import type { Clock } from '../../pipeline/clock.js'
import type { Finding } from '../../reports/checkup.js'
import { maskSecretsOf } from '../secrets.js'
import { checkConfig, checkFolder, checkRecords } from './home-checks.js'
import { checkDisk, checkNode, checkSqlite } from './machine-checks.js'
import { checkKey, checkProvider } from './provider-checks.js'

/** Checks all that a run needs, and changes nothing. The provider is asked where it, and not the local server, answers. */
export async function checkUp(folder: string, env: NodeJS.ProcessEnv, clock: Clock): Promise<Finding[]> {
  const home = homeAt(folder)
  const sqlite = checkSqlite()
  const { findings, config } = await checkConfig(home)
  return [
    checkNode(process.versions.node),
    sqlite,
    checkFolder(home),
    await checkDisk(home.root),
    ...findings,
    ...(sqlite.state === 'ok' ? [checkRecords(home)] : []),
    ...(config?.settings.provider === 'local' ? [LOCAL] : await checkRemote(env, clock)),
  ]
}

const LOCAL: Finding = { check: 'provider', state: 'ok', finding: 'the local server, which needs no key' }

async function checkRemote(env: NodeJS.ProcessEnv, clock: Clock): Promise<Finding[]> {
  const found = checkKey(env)
  if (found.some(({ state }) => state !== 'ok')) return found
  return [...found, ...(await checkProvider(env, () => clock.now(), maskSecretsOf(env)))]
}
