import { open } from 'node:fs/promises'
import { DataError } from './data-error.js'

/** One line of a file: its bytes without the "\n", its number from 1, and the offset of its first byte. */
export type FileLine = { line: Buffer; number: number; offset: number }

const chunkBytes = 256 * 1024
const newline = 0x0a

/**
 * Reads a file line by line, in memory of one line. Only "\n" ends a line: `node:readline` also ends one at U+2028,
 * which JSON leaves unescaped, and so tears valid JSONL. Nothing else is changed: a "\r", a byte order mark and bytes
 * that are not UTF-8 come as they are, and an empty line is a line. A last line without "\n" counts; nothing after a
 * last "\n" does not. A line stays valid after the next one is read.
 *
 * @param maxBytes  the longest line that is accepted, 64 MiB if not given, so that a file without line ends does not fill the memory.
 * @throws DataError `line_too_long` with the line's number; the system's error when the file cannot be opened or read.
 */
export async function* readLines(path: string | Buffer, options: LineLimit = {}): AsyncGenerator<FileLine> {
  for await (const lines of readLinesInPieces(path, options)) for (const line of lines) yield line
}

type LineLimit = { maxBytes?: number }

/**
 * The same, as many at once as end in one piece of the file: for who reads so many that each wait counts.
 *
 * @param reuses  lines are valid until the next are asked for, and no longer; so nothing is left to be collected.
 */
export async function* readLinesInPieces(
  path: string | Buffer,
  { maxBytes = 64 * 1024 * 1024, reuses = false }: LineLimit & { reuses?: boolean } = {},
): AsyncGenerator<FileLine[]> {
  const file = await open(path, 'r')
  try {
    let number = 1
    let offset = 0
    let pending: Buffer[] = []
    let pendingBytes = 0
    let buffer = Buffer.allocUnsafeSlow(chunkBytes)
    for (;;) {
      // A new buffer a read: lines are handed out as views of it.
      if (!reuses) buffer = Buffer.allocUnsafeSlow(chunkBytes)
      const { bytesRead } = await file.read(buffer, 0, chunkBytes)
      const chunk = buffer.subarray(0, bytesRead)
      const lines: FileLine[] = []
      let start = 0
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        const tail = chunk.subarray(start, end)
        if (pendingBytes + tail.length > maxBytes) break
        const line = pending.length === 0 ? tail : Buffer.concat([...pending, tail])
        lines.push({ line, number, offset })
        number++
        offset += line.length + 1
        pending = []
        pendingBytes = 0
        start = end + 1
      }
      if (lines.length > 0) yield lines
      if (start < chunk.length) {
        const rest = chunk.subarray(start)
        pending.push(reuses ? Buffer.from(rest) : rest)
        pendingBytes += chunk.length - start
        refuseLongLine(path, number, pendingBytes, maxBytes)
      }
      if (bytesRead === 0) break
    }
    if (pendingBytes > 0) yield [{ line: Buffer.concat(pending), number, offset }]
  } finally {
    await file.close()
  }
}

function refuseLongLine(path: string | Buffer, number: number, bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return
  throw new DataError({
    code: 'line_too_long',
    message: `line ${number} of "${String(path)}" is longer than ${maxBytes} bytes`,
    hint: 'Check that the file is JSON Lines: one JSON object a line, each ended by a newline.',
  })
}
