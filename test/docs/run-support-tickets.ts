import { join } from 'node:path'
import { openDatabase } from 'hemline/data/database'
import { ensureAccount } from 'hemline/data/records/accounts'
import { systemClock } from 'hemline/pipeline/clock'
import { type RunResult, materialize } from 'hemline/pipeline/engine/materialize'
import { openaiProvider } from 'hemline/pipeline/provider/openai-provider'
import { graph } from './support-tickets.js'

/** Brings the labels of a file of tickets up to date, with any provider that has a Batch API. */
export async function labelTickets(
  file: string,
  home: string,
  account: { apiKey: string; baseUrl: string },
): Promise<RunResult> {
  const db = await openDatabase(join(home, 'tickets.db'))
  const provider = openaiProvider(account)
  const clock = systemClock
  const signal = AbortSignal.timeout(24 * 3_600_000)
  try {
    return await materialize({
      ...{
        graph,
        selection: [],
        observes: true,
        isForced: false,
        waits: true,
        trigger: 'person',
        clock,
        signal,
      },
      resources: {
        ...{ db, file, provider, clock, signal, notify: () => {} },
        accountId: await ensureAccount(db, provider.account, clock.now()),
        pathOf: (path) => join(home, path),
      },
      onEvent: ({ kind }) => void kind,
    })
  } finally {
    await db.destroy()
  }
}
