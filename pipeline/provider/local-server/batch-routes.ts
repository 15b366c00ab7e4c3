import { Hono } from 'hono'
import type { StoredBatch } from './batch-record.js'
import type { BatchRunner } from './batch-runner.js'
import { mayFollow } from './batch-life.js'
import type { BatchStore } from './batch-store.js'
import { viewOf } from './faults/batch-view.js'
import type { FaultPlan } from './faults/fault-plan.js'
import type { FileStore } from './file-store.js'
import { pageOf, readLimit } from './page.js'
import { readBatchRequest } from './read-batch-request.js'
import { readJson } from './read-json.js'
import { RespondError } from './respond.js'
import type { ServerEnv } from './server-env.js'

const MOST_BODY_BYTES = 1024 * 1024

/** The routes under `/v1/batches`. */
export function batchRoutes(
  batches: BatchStore,
  files: FileStore,
  runner: BatchRunner,
  faults: FaultPlan | undefined,
): Hono<ServerEnv> {
  const shown = (batch: StoredBatch['batch']): object => (faults ? viewOf(faults, batch) : batch)
  const get = (id: string): StoredBatch => batches.find(id) ?? notFound(id)
  return new Hono<ServerEnv>()
    .post('/', async (c) => {
      const request = readBatchRequest(await readJson(c.env.incoming, MOST_BODY_BYTES))
      requireInput(files, request.input_file_id)
      const stored = await batches.create(request)
      // Taken before the batch moves on: it is created as validating.
      const response = c.json(stored.batch)
      runner.start(stored)
      return response
    })
    .get('/', (c) => {
      const { after, limit } = c.req.query()
      const newestFirst = batches.list().reverse()
      const page = { after, limit: readLimit(limit, { usual: 20, most: 100 }) }
      return c.json(
        pageOf(
          newestFirst.map(({ batch }) => batch),
          page,
        ),
      )
    })
    .get('/:id', (c) => c.json(shown(get(c.req.param('id')).batch)))
    .post('/:id/cancel', async (c) => {
      const stored = get(c.req.param('id'))
      if (stored.batch.status !== 'cancelling') {
        if (!mayFollow(stored.batch.status, 'cancelling')) throw cannotCancel(stored)
        await runner.cancel(stored)
      }
      return c.json(stored.batch)
    })
}

function requireInput(files: FileStore, id: string): void {
  const file = files.find(id)
  const message =
    file === undefined
      ? `Invalid 'input_file_id': there is no file ${id}.`
      : `Invalid 'input_file_id': the file ${id} has the purpose '${file.purpose}', not 'batch'.`
  if (file?.purpose === 'batch') return
  throw new RespondError({ status: 400, code: 'invalid_value', message, param: 'input_file_id' })
}

function cannotCancel({ batch }: StoredBatch): RespondError {
  const message = `Cannot cancel a batch with status '${batch.status}'.`
  return new RespondError({ status: 409, code: 'batch_not_cancellable', message })
}

function notFound(id: string): never {
  throw new RespondError({
    status: 404,
    code: 'batch_not_found',
    message: `No batch found with id '${id}'.`,
    param: 'id',
  })
}
