import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../../data/database.js'
import { countImages } from '../../../data/records/images.js'
import { ledgerViews } from '../../../data/records/ledger-views.js'
import { sumLedger } from '../../../data/records/ledger.js'
import { countWantedRequests } from '../../../data/records/requests.js'

/**
 * Checks what must hold once all is settled: nothing was bought twice, and the books agree with the server's.
 *
 * @param good  how often each question was answered well.
 */
export async function checkOutcome(
  database: string,
  directory: string,
  good: ReadonlyMap<string, number>,
): Promise<void> {
  assert.equal(
    [...good.values()].filter((count) => count > 1),
    [],
    'a good answer was bought twice',
  )
  const db = await openDatabase(database)
  try {
    const counts = await countWantedRequests(db)
    const { usable } = await countImages(db)
    assert.ok(
      usable > 0 && counts.answered + counts.failed === (await distinctWanted()),
      JSON.stringify(counts),
    )
    const charges = await db.selectFrom('charges').selectAll().execute()
    const paid = await paidAtServer(directory)
    assert.is(charges.length, paid.lines, 'charges and paid lines')
    const tokens = charges.reduce(
      (sum, { input_tokens, output_tokens }) => sum + input_tokens + output_tokens,
      0,
    )
    assert.is(tokens, paid.tokens, 'tokens')
    const spent = charges.reduce((sum, { cost_nano_usd: cost }) => sum + cost, 0)
    for (const view of ledgerViews) {
      const rows = await sumLedger(db, view)
      assert.is(
        rows.reduce((sum, { cost_nano_usd: cost }) => sum + cost, 0),
        spent,
        `spent, by ${view}`,
      )
      assert.is(
        rows.reduce((sum, { requests }) => sum + requests, 0),
        charges.length,
        `charges, by ${view}`,
      )
    }
    assert.ok(
      charges.every(({ cost_nano_usd: cost }) => Number.isSafeInteger(cost)),
      'whole nano-dollars',
    )
    const answers = await db.selectFrom('answers').select('request_id').execute()
    assert.is(answers.length, good.size, 'answers stored')

    async function distinctWanted(): Promise<number> {
      const rows = await db
        .selectFrom('images')
        .select('request_id')
        .distinct()
        .where('state', '=', 'usable')
        .execute()
      return rows.length
    }
  } finally {
    await db.destroy()
  }
}

/** Every line that the provider charges for: those that a model answered. */
async function paidAtServer(directory: string): Promise<{ lines: number; tokens: number }> {
  let [lines, tokens] = [0, 0]
  for (const name of await readdir(directory, { recursive: true })) {
    if (!name.endsWith('output.jsonl')) continue
    for (const line of (await readFile(join(directory, name), 'utf8')).split('\n')) {
      if (line === '') continue
      const { usage } = JSON.parse(line).response.body
      lines++
      tokens += usage.prompt_tokens + usage.completion_tokens
    }
  }
  return { lines, tokens }
}
