import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../../data/make-folder.js'

const LINE_FEED = 0x0a
const TAIL_BYTES = 64 * 1024

/** The answers of requests that are asked one by one, in the lines that a provider's results file would have. */
export type AnswerJournal = {
  /** Appends a line; it is on disk when it resolves. */
  append(line: object): Promise<void>
  close(): Promise<void>
}

/** Opens a journal, new or as a process that was killed left it: half a line at its end is cut off. */
export async function openJournal(path: string): Promise<AnswerJournal> {
  makeFolder(dirname(path))
  const file = await open(path, 'a+')
  await file.truncate(await endOfLastLine(file))
  let last: Promise<unknown> = Promise.resolve()
  return {
    append(line) {
      const written = last.then(async () => {
        await file.appendFile(`${JSON.stringify(line)}\n`)
        await file.datasync()
      })
      last = written.catch(() => {})
      return written
    },
    async close() {
      await last
      await file.close()
    },
  }
}

/** How many bytes of a file are whole lines. */
async function endOfLastLine(file: FileHandle): Promise<number> {
  let end = (await file.stat()).size
  while (end > 0) {
    const start = Math.max(0, end - TAIL_BYTES)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start)
    const at = buffer.subarray(0, bytesRead).lastIndexOf(LINE_FEED)
    if (at !== -1) return start + at + 1
    end = start
  }
  return 0
}
