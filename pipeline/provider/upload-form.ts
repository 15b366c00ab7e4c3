import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'

/** Smaller pieces take more time each than their bytes do; larger ones are not faster. */
const PIECE_BYTES = 1 << 20

/**
 * The multipart form of an upload, whose file is read from the disk while it is sent, in the memory of a few pieces.
 *
 * @returns  the body, to be sent once, and its headers; its length is among them: without it, it would be sent in chunks,
 *           which not every provider takes. A file that changes its size meanwhile makes sending it fail.
 * @throws the system's error for a file that is not there; for one that cannot be read, the body does.
 */
export async function uploadForm(
  path: string,
  fileName: string,
  fields: Record<string, string>,
): Promise<{ body: AsyncIterable<Uint8Array>; headers: Record<string, string> }> {
  const { size } = await stat(path)
  const { head, tail, type } = await frameOf(fileName, fields)
  async function* body(): AsyncGenerator<Uint8Array> {
    yield head
    yield* createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>
    yield tail
  }
  const length = head.length + size + tail.length
  return { body: body(), headers: { 'content-type': type, 'content-length': String(length) } }
}

/** What the platform writes around a file that is empty. */
async function frameOf(fileName: string, fields: Record<string, string>) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set('file', new File([], fileName, { type: 'application/jsonl' }))
  const encoded = new Response(form)
  const bytes = Buffer.from(await encoded.arrayBuffer())
  const endAt = bytes.lastIndexOf('\r\n--')
  return {
    head: bytes.subarray(0, endAt),
    tail: bytes.subarray(endAt),
    type: encoded.headers.get('content-type')!,
  }
}
