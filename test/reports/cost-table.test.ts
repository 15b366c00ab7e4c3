import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { BatchCharges } from '../../data/records/charges.js'
import { costJson, formatCost } from '../../reports/cost-table.js'

const table = suite('the cost table')

function batch(name: string, cost: number, base_url = 'https://api.openai.com/v1'): BatchCharges {
  return {
    provider_batch_id: name,
    base_url,
    model: 'gpt-6-luna',
    status: 'completed',
    collected_at: '2026-11-24T00:00:00.000Z',
    requests: 1_000,
    input_tokens: 1_200_000,
    cached_tokens: 200,
    output_tokens: 65_000,
    cost_nano_usd: cost,
  }
}

/** The cells of the row that begins with a word. */
function row(text: string, first: string): string[] {
  const line = text.split('\n').find((each) => each.startsWith(`│ ${first}`))
  if (!line) throw new Error(`no row "${first}" in\n${text}`)
  return line
    .split('│')
    .slice(2, -1)
    .map((cell) => cell.trim())
}

table('sums tokens and cost, and gives the cost of one image', () => {
  const text = formatCost([batch('a', 76_250_000), batch('b', 23_750_000)])
  assert.equal(row(text, 'billed in all'), ['', '2,000', '2,400,000', '400', '130,000', '$0.10', '$0.00005'])
  assert.not.match(text, 'not billed')
})

table('keeps what the local server priced apart from what is billed', () => {
  const text = formatCost([batch('a', 10_000_000), batch('b', 90_000_000, 'local')])
  assert.is(row(text, 'billed in all')[5], '$0.01')
  assert.is(row(text, 'local in all')[5], '$0.09')
  const { billed, local } = costJson([batch('a', 1), batch('b', 2, 'local')]) as Record<
    string,
    { cost_nano_usd: number }
  >
  assert.equal([billed!.cost_nano_usd, local!.cost_nano_usd], [1, 2])
})

table('shows the latest batches and the earlier ones as one row, with the same sum', () => {
  const batches = Array.from({ length: 30 }, (_, index) => batch(`batch-${index}`, 1_000_000))
  const text = formatCost(batches, { latest: 5 })
  assert.is(row(text, '25 earlier batches')[5], '$0.025')
  assert.is(row(text, 'billed in all')[5], '$0.03')
  assert.is(text.match(/batch-\d/g)!.length, 5)
})

table('is zero without batches', () => {
  assert.is(row(formatCost([]), 'billed in all')[5], '$0')
})

table.run()
