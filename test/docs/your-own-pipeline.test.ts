import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from 'hemline/data/database'
import { systemClock } from 'hemline/pipeline/clock'
import { localResponder } from 'hemline/pipeline/provider/local-server/local-responder'
import { startLocalServer } from 'hemline/pipeline/provider/local-server/local-server'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { labelTickets } from './run-support-tickets.js'
import { withSources } from './with-sources.js'

const ownPipeline = suite('a pipeline of one’s own')

const TICKETS = ['Where is my parcel?', 'You charged me twice!', 'The coat is too small.']

/** In the place of a model: knows three words, and is lost for them at first. */
function answer(text: string, times: number): string {
  if (times === 1) return 'I am not sure.'
  if (/parcel/i.test(text)) return 'delivery'
  return /charged/i.test(text) ? 'billing' : 'returns'
}

ownPipeline(
  'labels tickets in a batch, once, asks again what was no answer, and later only what is new',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hemline-tickets-'))
    const asked: string[] = []
    const server = await startLocalServer({
      directory: join(folder, 'provider'),
      clock: systemClock,
      respond: localResponder(async ({ text }) => {
        asked.push(text)
        return answer(text, asked.length)
      }),
    })
    const file = join(folder, 'tickets.txt')
    const run = () => labelTickets(file, folder, { apiKey: 'local', baseUrl: server.url })
    try {
      await writeFile(file, `${TICKETS.join('\n')}\n`)
      assert.is((await run()).state, 'done')
      assert.is(asked.length, 4)
      assert.equal((await run()).steps, [])
      await appendFile(file, 'My refund has not come.\nWhere is my parcel?\n')
      assert.is((await run()).state, 'done')
      assert.is(asked.length, 5)

      const db = await openDatabase(join(folder, 'tickets.db'))
      const answers = await db.selectFrom('answers').select('body').orderBy('request_id').execute()
      await db.destroy()
      assert.equal(
        answers.map(({ body }) => JSON.parse(body).team),
        ['delivery', 'billing', 'returns', 'returns'],
      )
    } finally {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    }
  },
)

ownPipeline('is shown in the documentation as it was tested; `npm run docs` writes it anew', async () => {
  const page = await readFile('docs/your-own-pipeline.md', 'utf8')
  assert.match(page, /<!-- test\/docs\/support-tickets\.ts -->/)
  assert.is(page, withSources(page))
})

ownPipeline.run()
