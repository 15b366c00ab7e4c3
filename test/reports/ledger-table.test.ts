import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { LedgerRow } from '../../data/records/ledger.js'
import { formatLedger, ledgerJson, ledgerLines } from '../../reports/ledger-table.js'
import { formatMarkdown } from '../../reports/table.js'
import { checkUsage, describeUsageCheck, usageCheckJson } from '../../reports/usage-check.js'

const table = suite('the ledger table')

function row(key: string, cost: number, more: Partial<LedgerRow> = {}): LedgerRow {
  return {
    ...{ key, is_local: 0, requests: 1_000, input_tokens: 1_200_000, cached_tokens: 200 },
    ...{ output_tokens: 65_000, reasoning_tokens: 0, cost_nano_usd: cost },
    ...{
      estimated_input_tokens: 1_200_000,
      estimated_image_tokens: 300_000,
      estimated_cost_nano_usd: 100_000_000,
    },
    ...more,
  }
}

/** The cells of the row that begins with a word. */
function cells(text: string, first: string): string[] {
  const line = text.split('\n').find((each) => each.startsWith(`│ ${first}`))
  if (!line) throw new Error(`no row "${first}" in\n${text}`)
  return line
    .split('│')
    .slice(2, -1)
    .map((cell) => cell.trim())
}

table('sums tokens and cost, holds the estimate against it, and gives the cost of one image', () => {
  const text = formatLedger([row('a', 76_250_000), row('b', 133_750_000)], 'batch')
  assert.equal(cells(text, 'billed in all'), [
    ...['2,000', '2,400,000', '600,000', '130,000', '$0.20', '$0.21', '+5.0 %', '$0.000105'],
  ])
  assert.equal(cells(text, 'a').slice(-4), ['$0.10', '$0.07625', '-23.8 %', '$0.00007625'])
  assert.not.match(text, 'not billed')
})

table('leaves an estimate out where one of the charges has none', () => {
  const old = row('old', 1, { estimated_cost_nano_usd: null, estimated_image_tokens: null })
  const text = formatLedger([old, row('new', 2)], 'batch')
  assert.equal(cells(text, 'old').slice(2, 7), ['', '65,000', '', '$0.000000001', ''])
  assert.equal(cells(text, 'billed in all')[4], '')
})

table('keeps what the local server priced apart from what is billed', () => {
  const rows = [row('compact/batch', 10_000_000), row('compact/batch', 90_000_000, { is_local: 1 })]
  const text = formatLedger(rows, 'method')
  assert.is(cells(text, 'billed in all')[5], '$0.01')
  assert.is(cells(text, 'local in all')[5], '$0.09')
  assert.match(text, 'batch (compact, in a batch) (local)')
  const { billed, local } = ledgerJson(rows, 'method') as Record<string, { cost_nano_usd: number }>
  assert.equal([billed!.cost_nano_usd, local!.cost_nano_usd], [10_000_000, 90_000_000])
})

table('shows the latest batches, or the dearest posts, and the others as one row, with the same sum', () => {
  const rows = Array.from({ length: 30 }, (_, index) => row(`n-${index}`, 1_000_000))
  const batches = formatLedger(rows, 'batch', { most: 5 })
  assert.is(cells(batches, '25 earlier batches')[5], '$0.025')
  assert.match(batches, 'n-29')
  const posts = formatLedger(rows, 'post', { most: 5 })
  assert.is(cells(posts, '25 other posts')[5], '$0.025')
  assert.match(posts, 'n-0')
  assert.is(posts.match(/n-\d/g)!.length, 5)
  assert.is(cells(posts, 'billed in all')[5], '$0.03')
})

table('is zero without charges', () => {
  assert.is(cells(formatLedger([], 'batch'), 'billed in all')[5], '$0')
})

table('is Markdown, whatever a post is called, or lines for a spreadsheet', () => {
  const rows = [row('a|b\n', 5, { estimated_cost_nano_usd: null })]
  const lines = formatLedger(rows, 'post', { format: formatMarkdown }).split('\n')
  assert.is(lines.length, 4)
  assert.ok(lines[1]!.startsWith('| --- | ---: |'))
  assert.ok(lines[2]!.startsWith('| a\\|b\\u000a | 1,000 |'), lines[2])
  const [head, first] = ledgerLines(rows, 'post')
  assert.is(head!.length, first!.length)
  assert.is(first![head!.indexOf('cost_nano_usd')], '5')
  assert.is(first![head!.indexOf('estimated_cost_nano_usd')], '')
})

table('says how the charges stand to the provider’s own sums', () => {
  const usage = JSON.stringify({ inputTokens: 10, cachedTokens: 0, outputTokens: 2 })
  const other = JSON.stringify({ inputTokens: 11, cachedTokens: 0, outputTokens: 2 })
  const nothing = JSON.stringify({ inputTokens: 0, cachedTokens: 0, outputTokens: 0 })
  const checked = [
    { batch: 'a', usage, charged: usage },
    { batch: 'b', usage: other, charged: usage },
    { batch: 'c', usage: nothing, charged: usage },
  ]
  const check = checkUsage({ checked, unchecked: 1 })
  assert.equal((usageCheckJson(check) as { differing: object[] }).differing, [
    {
      batch: 'b',
      charged: { input_tokens: 10, cached_tokens: 0, output_tokens: 2 },
      reported: { input_tokens: 11, cached_tokens: 0, output_tokens: 2 },
    },
  ])
  assert.equal(describeUsageCheck(check), [
    'b: the answers report 10 tokens in (the provider: 11)',
    "The provider's own sums agree to the token for 1 batch.",
    'The provider gives no sum for 2 batches.',
  ])
})

table.run()
