import { expectedRetry } from '../../assets/request/expected-retry.js'
import { readCatalogue } from '../../data/catalogue/read-catalogue.js'
import { describeRetry } from '../../reports/retry-summary.js'
import { readConfig } from '../home-config.js'
import { withHome } from '../open-home.js'

/** What `hemline retry` would ask again, and what that is expected to cost; changes nothing. */
export async function priceRetry(
  folder: string,
  reason: string | undefined,
): Promise<{ requests: number; text: string }> {
  return withHome(folder, async (db, home) => {
    const expected = await expectedRetry(db, { reason, lane: 'batch' }, await readCatalogue(home.models))
    const isBilled = (await readConfig(home))?.settings.provider === 'openai'
    return { requests: expected.requests, text: describeRetry({ reason, ...expected, isBilled }, folder) }
  })
}
