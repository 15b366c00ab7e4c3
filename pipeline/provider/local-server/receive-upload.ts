import type { IncomingMessage } from 'node:http'
import { Busboy, type BusboyFileStream, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy'
import type { Artifact } from '../../../data/artifacts.js'
import { RespondError } from './respond.js'

/** The form of an upload; the bytes of its file are in the artifact, not yet committed. */
export type UploadForm = { filename: string; fields: Record<string, string> }

const FILE_FIELD = 'file'
/** An upload has three or so. */
const MOST_FIELDS = 20
const MOST_FIELD_BYTES = 4096

/**
 * Streams a multipart upload into the artifact, in the memory of a few chunks. A request that is refused is still read to
 * its end, so that the client gets to see the answer instead of a broken connection.
 *
 * @param maxBytes  the largest file that is taken.
 * @throws RespondError 400 when it is no multipart form, ends early, or does not have exactly one file, named `file`; 413
 *   when the file is too large.
 */
export async function receiveUpload(
  incoming: IncomingMessage,
  artifact: Artifact,
  maxBytes: number,
): Promise<UploadForm> {
  const form = openForm(incoming, maxBytes)
  const fields: Record<string, string> = {}
  const uploads: Upload[] = []
  form.on('field', (name, value) => (fields[name] = value))
  form.on('file', (name, stream, filename) => {
    if (name === FILE_FIELD && uploads.length === 0) uploads.push(takeUpload(stream, filename, artifact))
    else uploads.push(skipUpload(stream, filename))
  })
  try {
    await readForm(incoming, form)
    await Promise.all(uploads.map(({ written }) => written))
  } finally {
    for (const { stream } of uploads) stream.destroy()
    await Promise.allSettled(uploads.map(({ written }) => written))
  }
  const [upload] = uploads
  if (upload === undefined || uploads.length > 1 || upload.isSkipped) {
    throw badRequest(`Expected exactly one file in the form, in the field '${FILE_FIELD}'.`, FILE_FIELD)
  }
  if (upload.stream.truncated) throw tooLarge(maxBytes)
  return { filename: unescapeName(upload.filename), fields }
}

type Upload = { filename: string; stream: BusboyFileStream; written: Promise<void>; isSkipped: boolean }

function openForm(incoming: IncomingMessage, maxBytes: number): BusboyInstance {
  try {
    return new Busboy({
      headers: incoming.headers as BusboyHeaders,
      // The name is free text; cutting it at slashes would take something of it.
      preservePath: true,
      limits: { fields: MOST_FIELDS, fieldSize: MOST_FIELD_BYTES, fileSize: maxBytes, files: MOST_FIELDS },
    })
  } catch (error) {
    incoming.resume()
    throw badRequest(`Expected a multipart form: ${(error as Error).message}`, null)
  }
}

function takeUpload(stream: BusboyFileStream, filename: string, artifact: Artifact): Upload {
  // The parser raises an error here for a form that ends early, also after nobody reads the stream any more.
  stream.on('error', () => {})
  const written = writeAll(stream, artifact)
  // It is awaited when the form has ended; until then a failure must not count as unhandled.
  written.catch(() => {})
  return { filename, stream, written, isSkipped: false }
}

function skipUpload(stream: BusboyFileStream, filename: string): Upload {
  stream.on('error', () => {})
  stream.resume()
  return { filename, stream, written: Promise.resolve(), isSkipped: true }
}

async function writeAll(stream: BusboyFileStream, artifact: Artifact): Promise<void> {
  try {
    const chunks = stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
    for await (const chunk of chunks) await artifact.write(chunk)
  } catch (error) {
    // The form goes on only when its file is read.
    stream.resume()
    throw error
  }
}

function readForm(incoming: IncomingMessage, form: BusboyInstance): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      incoming.unpipe(form)
      incoming.resume()
      reject(badRequest(`The multipart form cannot be read: ${error.message}`, null))
    }
    form.on('finish', resolve)
    form.on('error', (error) => fail(error as Error))
    // Also raised when the connection ends before the form does.
    incoming.on('error', fail)
    incoming.pipe(form)
  })
}

/** Undoes what the HTML standard has clients write for three characters of a file name. */
function unescapeName(name: string): string {
  return name.replaceAll('%22', '"').replaceAll('%0A', '\n').replaceAll('%0D', '\r')
}

function badRequest(message: string, param: string | null): RespondError {
  return new RespondError({ status: 400, code: 'invalid_multipart', message, param })
}

function tooLarge(maxBytes: number): RespondError {
  const message = `The file is too large: at most ${maxBytes} bytes are accepted.`
  return new RespondError({ status: 413, code: 'file_too_large', message, param: FILE_FIELD })
}
