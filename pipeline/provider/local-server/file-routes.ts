import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { Hono } from 'hono'
import type { BatchStore } from './batch-store.js'
import type { FileStore, StoredFile } from './file-store.js'
import { newId } from './new-id.js'
import { pageOf, readLimit } from './page.js'
import { expiresAfterSchema, toRespondError } from './read-batch-request.js'
import { receiveUpload } from './receive-upload.js'
import { RespondError } from './respond.js'
import type { ServerEnv } from './server-env.js'

/** The largest file that the Files API takes (OpenAPI document, `createFile`). */
const MOST_UPLOAD_BYTES = 512 * 1024 * 1024

/** The routes under `/v1/files`. */
export function fileRoutes(files: FileStore, batches: BatchStore): Hono<ServerEnv> {
  const get = (id: string): StoredFile => files.find(id) ?? notFound(id)
  return new Hono<ServerEnv>()
    .post('/', async (c) => c.json(fileObject(await receiveFile(files, c.env.incoming))))
    .get('/', (c) => {
      const { after, limit, order = 'desc', purpose } = c.req.query()
      if (order !== 'asc' && order !== 'desc') throw invalid('order', "Expected 'order' to be asc or desc.")
      const wanted = files.list().filter((file) => purpose === undefined || file.purpose === purpose)
      if (order === 'desc') wanted.reverse()
      const page = pageOf(wanted, { after, limit: readLimit(limit, { usual: 10_000, most: 10_000 }) })
      return c.json({ ...page, data: page.data.map(fileObject) })
    })
    .get('/:id', (c) => c.json(fileObject(get(c.req.param('id')))))
    .get('/:id/content', (c) => {
      const file = get(c.req.param('id'))
      const headers = { 'content-type': 'application/octet-stream', 'content-length': String(file.bytes) }
      // What nobody reads would stay open.
      if (c.req.method === 'HEAD') return c.body(null, 200, headers)
      const content = Readable.toWeb(createReadStream(files.pathOf(file))) as ReadableStream
      return c.body(content, 200, headers)
    })
    .delete('/:id', async (c) => {
      const file = get(c.req.param('id'))
      if (batches.isInputInUse(file.id)) throw inUse(file.id)
      await files.remove(file)
      return c.json({ id: file.id, object: 'file', deleted: true })
    })
}

/** A file as the API shows it. */
function fileObject({ id, bytes, created_at, expires_at, filename, purpose }: StoredFile) {
  const object = 'file' as const
  return {
    id,
    object,
    bytes,
    created_at,
    expires_at,
    filename,
    purpose,
    status: 'processed',
    status_details: null,
  }
}

async function receiveFile(
  files: FileStore,
  incoming: ServerEnv['Bindings']['incoming'],
): Promise<StoredFile> {
  const id = newId('file-')
  const artifact = await files.createUpload(id)
  try {
    const { filename, fields } = await receiveUpload(incoming, artifact, MOST_UPLOAD_BYTES)
    const keptSeconds = readFields(fields)
    await artifact.commit()
    return await files.addUpload({ id, bytes: artifact.bytes, filename, keptSeconds })
  } catch (error) {
    await artifact.discard()
    throw error
  }
}

/** How long the file is to be kept, null for ever. */
function readFields(fields: Record<string, string>): number | null {
  if (fields['purpose'] === undefined) throw missing('purpose')
  if (fields['purpose'] !== 'batch') {
    throw invalid('purpose', `This server keeps files of the purpose 'batch', not '${fields['purpose']}'.`)
  }
  const anchor = fields['expires_after[anchor]']
  const seconds = fields['expires_after[seconds]']
  if (anchor === undefined && seconds === undefined) return null
  const read = expiresAfterSchema.safeParse(
    { anchor, seconds: seconds === undefined ? undefined : Number(seconds) },
    { reportInput: true },
  )
  if (!read.success) throw toRespondError(read.error, 'expires_after')
  return read.data.seconds
}

function notFound(id: string): never {
  throw new RespondError({
    status: 404,
    code: 'file_not_found',
    message: `No such File object: ${id}`,
    param: 'id',
  })
}

function inUse(id: string): RespondError {
  const message = `The file ${id} is the input of a batch that is not over; cancel the batch first.`
  return new RespondError({ status: 409, code: 'file_in_use', message, param: 'id' })
}

function missing(param: string): RespondError {
  const message = `Missing required parameter: '${param}'.`
  return new RespondError({ status: 400, code: 'missing_required_parameter', message, param })
}

function invalid(param: string, message: string): RespondError {
  return new RespondError({ status: 400, code: 'invalid_value', message, param })
}
