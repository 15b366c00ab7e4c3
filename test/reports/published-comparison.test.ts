import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { builtInCatalogue } from '../../data/catalogue/catalogue.js'
import { formatBars } from '../../reports/bar-chart.js'
import { formatPublished, publishedRows, realRow } from '../../reports/published-comparison.js'

const comparison = suite('the published comparison')

const model = builtInCatalogue.get('gpt-4o-mini')

function cells(text: string, first: string): string[] {
  const line = text.split('\n').find((each) => each.startsWith(`│ ${first}`))!
  return line
    .split('│')
    .slice(2, -1)
    .map((cell) => cell.trim())
}

comparison('is computed from its token totals, to the last published digit', () => {
  const text = formatPublished(model, [])
  assert.equal(cells(text, 'original'), ['$0.000046', '$0.3655', '', ''])
  assert.equal(cells(text, 'individual (compact, one by one)'), ['$0.000025', '$0.2037', '$0.1618', '44.3 %'])
  assert.equal(cells(text, 'batch (compact, in a batch)'), ['$0.000013', '$0.1018', '$0.2636', '72.1 %'])
  assert.match(text, 'saves $0.2636; weekly for a year that is $13.71')
})

comparison('follows the prices', () => {
  const dearer = { ...model, prices: { ...model.prices, input: '0.30' } }
  assert.is(publishedRows(model)[0]!.costNanoUsd, 365_451_000)
  assert.is(publishedRows(dearer)[0]!.costNanoUsd, 365_451_000 + 221_667_000)
  assert.is(
    publishedRows({ ...model, laneFactors: { individual: 1, batch: 1, flex: 1 } })[2]!.costNanoUsd,
    publishedRows(model)[1]!.costNanoUsd,
  )
})

comparison('stands beside what the pictures really cost', () => {
  const dollars = (id: string, detail: 'low' | 'high'): string[] =>
    realRow(builtInCatalogue.get(id), detail).costsNanoUsd.map((nano) => (nano / 1e9).toFixed(2))
  assert.equal(dollars('gpt-4o-mini', 'high'), ['33.55', '31.45', '15.73'])
  assert.equal(dollars('gpt-6-luna', 'high'), ['3.72', '2.12', '1.06'])
  assert.equal(dollars('gpt-6-luna', 'low'), ['2.52', '0.92', '0.46'])
  assert.is(realRow(model, 'high').imageTokens, 25_501)
})

comparison('has bars that fit the line, the largest the longest', () => {
  const bars = [
    { label: 'a', value: 4, text: '$4' },
    { label: 'bb', value: 1, text: '$1' },
    { label: 'c', value: 0, text: '$0' },
  ]
  assert.equal(formatBars(bars, 14).split('\n'), ['a  ████████ $4', 'bb ██ $1', 'c   $0'])
  assert.is(formatBars([]), '')
})

comparison.run()
