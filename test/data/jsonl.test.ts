import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as fc from 'fast-check'
import { DataError } from '../../data/data-error.js'
import { readLines } from '../../data/jsonl.js'
import { readLinesInOrder } from '../../data/lines-in-order.js'
import { rejection } from '../rejection.js'

const lines = suite('reading lines')

async function withFile<Result>(
  content: string | Uint8Array,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'hemline-jsonl-'))
  try {
    const path = join(folder, 'lines.jsonl')
    await writeFile(path, content)
    return await use(path)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function read(
  path: string,
  maxBytes?: number,
): Promise<[text: string, number: number, offset: number][]> {
  const found: [string, number, number][] = []
  for await (const { line, number, offset } of readLines(path, maxBytes === undefined ? {} : { maxBytes }))
    found.push([line.toString('latin1'), number, offset])
  return found
}

lines('gives each line with its number and the offset of its first byte', async () => {
  assert.equal(await withFile('{"a":1}\n\n{"b":2}\n', read), [
    ['{"a":1}', 1, 0],
    ['', 2, 8],
    ['{"b":2}', 3, 9],
  ])
})

lines('counts a last line without a newline, and nothing after a last newline', async () => {
  assert.equal(await withFile('a\nb', read), [
    ['a', 1, 0],
    ['b', 2, 2],
  ])
  assert.equal(await withFile('', read), [])
  assert.equal(await withFile('\n', read), [['', 1, 0]])
})

lines('does not tear a line at U+2028, U+2029, a carriage return or a form feed', async () => {
  const text = JSON.stringify({ a: '\u2028\u2029\r\f\v\u0085' }).replace('\\r', '\r')
  const found = await withFile(`${text}\n${text}\n`, async (path) => {
    const texts: string[] = []
    for await (const { line } of readLines(path)) texts.push(line.toString('utf8'))
    return texts
  })
  assert.equal(found, [text, text])
})

lines('leaves carriage returns, a byte order mark and bytes that are not UTF-8 alone', async () => {
  assert.equal(await withFile(Buffer.from('\xef\xbb\xbfa\r\n\xff\n', 'latin1'), read), [
    ['\xef\xbb\xbfa\r', 1, 0],
    ['\xff', 2, 6],
  ])
})

lines('agrees with a plain split, wherever lines lie in the chunks that are read', async () => {
  const length = fc.constantFrom(0, 1, 2, 262_142, 262_143, 262_144, 262_145, 524_287, 524_288, 700_000)
  await fc.assert(
    fc.asyncProperty(fc.array(length, { maxLength: 6 }), fc.boolean(), async (lengths, isEnded) => {
      const texts = lengths.map((size, index) => String.fromCharCode(97 + index).repeat(size))
      const content = texts.join('\n') + (isEnded && texts.length > 0 ? '\n' : '')
      const expected = content.split('\n')
      if (expected.at(-1) === '') expected.pop()
      const found = await withFile(content, read)
      assert.is(found.length, expected.length)
      let offset = 0
      found.forEach(([text, number, at], index) => {
        assert.ok(text === expected[index])
        assert.is(number, index + 1)
        assert.is(at, offset)
        offset += text.length + 1
      })
    }),
    { numRuns: 60 },
  )
})

lines('keeps a line valid after later ones were read', async () => {
  const content = Array.from({ length: 30_000 }, (_, index) => `line ${index}`).join('\n')
  await withFile(content, async (path) => {
    const kept: Buffer[] = []
    for await (const { line } of readLines(path)) kept.push(line)
    assert.is(kept.map(String).join('\n'), content)
  })
})

lines('refuses a line that is too long, naming it, whether it ends or not', async () => {
  for (const end of ['', '\n']) {
    const error = await withFile(`short\n${'x'.repeat(101)}${end}`, (path) => rejection(read(path, 100)))
    assert.instance(error, DataError)
    assert.is((error as DataError).code, 'line_too_long')
    assert.match(error.message, 'line 2 of')
  }
  assert.is((await withFile(`${'x'.repeat(100)}\n`, (path) => read(path, 100))).length, 1)
})

lines('refuses a gigabyte without a line end after reading no more than the bound', async () => {
  await withFile('', async (path) => {
    const file = await open(path, 'r+')
    await file.truncate(1024 ** 3)
    await file.close()
    const before = process.memoryUsage.rss()
    const error = await rejection(read(path))
    assert.is((error as DataError).code, 'line_too_long')
    assert.ok(process.memoryUsage.rss() - before < 200e6)
  })
})

lines('closes the file when the reader stops early', async () => {
  await withFile('a\nb\nc\n', async (path) => {
    for (let round = 0; round < 2_000; round++)
      for await (const { line } of readLines(path)) {
        assert.is(String(line), 'a')
        break
      }
  })
})

lines('rejects when there is no such file', async () => {
  assert.match((await rejection(read('/nowhere/lines.jsonl'))).message, 'ENOENT')
})

lines(
  'gives them by their number, those of one number as they stand, and those without one last',
  async () => {
    // Long enough for lines to be cut at the end of a piece, and for more than one handful of them.
    const shuffled = Array.from({ length: 3_000 }, (_, index) => (index * 7_919) % 1_000)
    // Neighbours in the file are read at once, be they two or all.
    const nearlyInOrder = shuffled.map((_, index) => (index % 7 === 0 ? 3_000 - index : index))
    for (const numbers of [shuffled, nearlyInOrder, shuffled.toSorted((a, b) => a - b)]) {
      const texts = ['none', ...numbers.map((number, index) => `${number}:${'x'.repeat(index % 97)}`)]
      const found = await withFile(texts.join('\n'), async (path) => {
        const ordered: [text: string, number: number][] = []
        const numberOf = (line: Buffer): number => Number(/^\d+/.exec(line.toString())?.[0] ?? Infinity)
        for await (const some of readLinesInOrder(path, numberOf, { maxBytes: 1_000 }))
          for (const { line, number } of some) ordered.push([line.toString(), number])
        return ordered
      })
      const expected = texts
        .map((text, index): [string, number] => [text, index + 1])
        .sort(([a], [b]) => (a === 'none' ? 1 : b === 'none' ? -1 : Number.parseInt(a) - Number.parseInt(b)))
      assert.equal(found, expected)
    }
  },
)

lines('hands out nothing by number of a file with a line that is too long', async () => {
  const error = await withFile(`1\n2\n${'x'.repeat(50)}\n`, (path) =>
    rejection(readLinesInOrder(path, Number, { maxBytes: 49 }).next()),
  )
  assert.is((error as DataError).code, 'line_too_long')
})

lines.run()
