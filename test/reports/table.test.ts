import stringWidth from 'string-width'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { formatTable } from '../../reports/table.js'

const table = suite('table')
const columns = [{ title: 'id' }, { title: 'what it shows' }, { title: 'cost', align: 'right' as const }]
const rows = [['batch_0123456789abcdef0123456789abcdef', 'a navy wrap dress with long sleeves', '$0.1018']]

const widths = (text: string): number[] => text.split('\n').map((line) => stringWidth(line))

table('is as wide as what it holds when there is room', () => {
  assert.is(formatTable(columns, rows).split('\n').length, 5)
  assert.is(formatTable(columns, rows, 100), formatTable(columns, rows))
})

table('is never wider than the terminal, and loses no character', () => {
  for (const width of [90, 70, 50]) {
    const text = formatTable(columns, rows, width)
    for (const line of widths(text)) assert.ok(line <= width, `${line} > ${width}`)
    const body = text.split('\n').slice(3, -1)
    const cell = (at: number): string =>
      body.map((line) => line.split('│')[at + 1]!.trim()).join(at === 0 ? '' : ' ')
    assert.is(cell(0), rows[0]![0])
    assert.is(cell(1).replaceAll(' ', ''), rows[0]![1]!.replaceAll(' ', ''))
    assert.is(cell(2).trim(), '$0.1018')
  }
})

table('breaks between words where only sentences are too long', () => {
  const text = formatTable(columns, [['a', 'a navy wrap dress with long sleeves', '1']], 36)
  assert.match(text, /dress +│/)
})

table('keeps words whole beside one that is wider than its column', () => {
  const text = formatTable(columns, [[rows[0]![0]!, 'a navy wrap dress with long sleeves', '$0.1018']], 50)
  for (const word of 'a navy wrap dress with long sleeves'.split(' ')) assert.match(text, ` ${word} `)
  const wide = formatTable([{ title: 'a' }, { title: 'b' }], [['紺のラップドレス紺のラップドレス', 'x']], 20)
  for (const line of widths(wide)) assert.ok(line <= 20, wide)
})

table('stays as it is where the terminal is too narrow for any of it', () => {
  assert.is(formatTable(columns, rows, 10), formatTable(columns, rows))
})

table('shows what would drive the terminal as escapes', () => {
  assert.match(formatTable([{ title: 'a' }], [['x\u001b[31m\n']]), /x\\u001b\[31m\\u000a/)
})

table.run()
