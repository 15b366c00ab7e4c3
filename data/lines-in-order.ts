import { closeSync, openSync, readSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type FileLine, readLinesInPieces } from './jsonl.js'

const LINES_AT_ONCE = 256

/**
 * Reads the lines of a file in the order of a number that each of them carries, and not in the file's own: what is stored by
 * that number goes beside its neighbours on disk. Lines of one number keep the order that they have in the file. The file is
 * read twice, once for the numbers, in memory of some 30 bytes a line; it must not change meanwhile.
 *
 * @param numberOf  finds the number of a line.
 * @param maxBytes  as of `readLines`.
 * @returns  some lines at a time, valid until the next are asked for; other work gets its turn between them.
 * @throws DataError `line_too_long`, before any line is handed out.
 */
export async function* readLinesInOrder(
  path: string,
  numberOf: (line: Buffer) => number,
  options: { maxBytes: number },
): AsyncGenerator<FileLine[]> {
  const [numbers, offsets, lengths]: [number[], number[], number[]] = [[], [], []]
  for await (const lines of readLinesInPieces(path, { ...options, reuses: true })) {
    for (const { line, offset } of lines) {
      numbers.push(numberOf(line))
      offsets.push(offset)
      lengths.push(line.length)
    }
  }
  const order = Uint32Array.from(numbers.keys()).sort((a, b) => compare(numbers[a]!, numbers[b]!) || a - b)
  const file = openSync(path, 'r')
  let room = Buffer.allocUnsafeSlow(0)
  try {
    for (let from = 0; from < order.length; from += LINES_AT_ONCE) {
      const indexes = order.subarray(from, from + LINES_AT_ONCE)
      const bytes = indexes.reduce((sum, index) => sum + lengths[index]!, 0)
      if (room.length < bytes) room = Buffer.allocUnsafeSlow(bytes)
      let at = 0
      yield Array.from(indexes, (index) => {
        const [offset, length] = [offsets[index]!, lengths[index]!]
        const line = room.subarray(at, at + readSync(file, room, at, length, offset))
        at += length
        return { line, number: index + 1, offset }
      })
      await nextTurn()
    }
  } finally {
    closeSync(file)
  }
}

/** Infinity stands after every other number, and beside itself. */
function compare(a: number, b: number): number {
  return a < b ? -1 : Number(a > b)
}
