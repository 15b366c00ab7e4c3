import { closeSync, openSync, readSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type FileLine, readLinesInPieces } from './jsonl.js'

/** A multiple of what one statement inserts, and few enough to be gone from memory before they are old. */
const LINES_AT_ONCE = 200

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
  const places = new Places()
  for await (const lines of readLinesInPieces(path, { ...options, reuses: true }))
    for (const { line, offset } of lines) places.add(numberOf(line), offset, line.length)
  const order = places.inOrder()
  const file = openSync(path, 'r')
  let room = Buffer.allocUnsafeSlow(0)
  try {
    for (let from = 0; from < order.length; from += LINES_AT_ONCE) {
      const indexes = order.subarray(from, from + LINES_AT_ONCE)
      const bytes = indexes.reduce((sum, index) => sum + places.length(index) + 1, 0)
      if (room.length < bytes) room = Buffer.allocUnsafeSlow(bytes)
      yield readAt(file, indexes, places, room)
      await nextTurn()
    }
  } finally {
    closeSync(file)
  }
}

/** Reads lines into a buffer, those that stand beside each other in the file at once. */
function readAt(file: number, indexes: Uint32Array, places: Places, room: Buffer): FileLine[] {
  const lines: FileLine[] = []
  let filled = 0
  for (let at = 0, next = 1; at < indexes.length; at = next++) {
    while (next < indexes.length && indexes[next] === indexes[next - 1]! + 1) next++
    const from = places.offset(indexes[at]!)
    const to = places.offset(indexes[next - 1]!) + places.length(indexes[next - 1]!)
    const bytes = room.subarray(filled, filled + readSync(file, room, filled, to - from, from))
    for (const index of indexes.subarray(at, next)) {
      const offset = places.offset(index)
      const line = bytes.subarray(offset - from, offset - from + places.length(index))
      lines.push({ line, number: index + 1, offset })
    }
    filled += bytes.length
  }
  return lines
}

const CELLS = 3

/** The number of each line of a file, and where the line stands. Not in lists: those would outlive much and make V8's heap grow. */
class Places {
  #cells = new Float64Array(CELLS * 1024)
  #lines = 0

  add(number: number, offset: number, length: number): void {
    const at = CELLS * this.#lines++
    if (at === this.#cells.length) {
      const more = new Float64Array(2 * at)
      more.set(this.#cells)
      this.#cells = more
    }
    this.#cells[at] = number
    this.#cells[at + 1] = offset
    this.#cells[at + 2] = length
  }

  offset(index: number): number {
    return this.#cells[CELLS * index + 1]!
  }

  length(index: number): number {
    return this.#cells[CELLS * index + 2]!
  }

  /** The indexes of the lines in the order of their numbers. */
  inOrder(): Uint32Array {
    const number = (index: number): number => this.#cells[CELLS * index]!
    const indexes = Uint32Array.from({ length: this.#lines }, (_, index) => index)
    return indexes.sort((a, b) => compare(number(a), number(b)) || a - b)
  }
}

/** Infinity stands after every other number, and beside itself. */
function compare(a: number, b: number): number {
  return a < b ? -1 : Number(a > b)
}
