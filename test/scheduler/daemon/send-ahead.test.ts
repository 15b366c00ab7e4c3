import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { builtInCatalogue } from '../../../data/catalogue/catalogue.js'
import { type Db, openDatabase } from '../../../data/database.js'
import { ensureAccount } from '../../../data/records/accounts.js'
import { listMaterializations } from '../../../data/records/materializations.js'
import { findBatches } from '../../../data/records/batches.js'
import { findParts } from '../../../data/records/parts.js'
import { moveRun } from '../../../data/records/runs.js'
import { systemClock } from '../../../pipeline/clock.js'
import { openaiProvider } from '../../../pipeline/provider/openai-provider.js'
import { type FinishedRun, executeRun } from '../../../scheduler/execute-run.js'
import type { ProgressEvent } from '../../../scheduler/progress.js'
import type { SendingSections } from '../../../scheduler/sending.js'
import { type Case, makeCase } from './kill-case.js'
import { addPicture, outcomeOf } from './small-home.js'

const sending = suite('sending parts while later ones are written')

/** Two a part: writing the others takes longer than sending the first. */
const PICTURES = 24
const PARTS = 12
/** Less than they cost. */
const DAY_USD = 0.0005

type World = Case & { db: Db; events: ProgressEvent[]; run(options?: RunOptions): Promise<FinishedRun> }
type RunOptions = {
  selection?: string[]
  sections?: SendingSections
  limit?: number
  waits?: boolean
  signal?: AbortSignal
  onEvent?: (event: ProgressEvent) => void
}

async function makeWorld(pictures = PICTURES, partRequests = 2): Promise<World> {
  const world = await makeCase({}, pictures)
  world.proxy.alter = () => undefined
  const db = await openDatabase(world.small.home.database)
  const events: ProgressEvent[] = []
  const { home, settings } = world.small
  const provider = openaiProvider({ apiKey: 'key', baseUrl: world.proxy.url, readRetries: 0 })
  return {
    ...world,
    db,
    events,
    run: ({
      selection = [],
      sections = {},
      limit,
      waits = true,
      onEvent,
      signal = new AbortController().signal,
    } = {}) =>
      executeRun(
        { selection, observes: true, isForced: false, waits, limit, trigger: 'person' },
        {
          ...{ db, home, catalogue: builtInCatalogue, sections, clock: systemClock, signal },
          settings: { ...settings, part_requests: partRequests },
          pollIntervalMs: 20,
          connect: async () => ({
            provider,
            accountId: await ensureAccount(db, provider.account, new Date()),
          }),
          notify(event) {
            events.push(event)
            onEvent?.(event)
          },
        },
      ),
    async [Symbol.asyncDispose]() {
      await db.destroy()
      await world[Symbol.asyncDispose]()
    },
  }
}

/** How many batches were at the provider before the tasks file was done, and how many after. */
function sent({ events }: World): [ahead: number, after: number] {
  const kinds = events.map((event) => ('asset' in event ? `${event.kind} ${event.asset}` : event.kind))
  const end = kinds.indexOf('step.done tasks_file')
  const count = (from: number, to: number): number =>
    kinds.slice(from, to).filter((kind) => kind === 'batch.submitted').length
  return [count(0, end), count(end, kinds.length)]
}

function failures({ events }: World): string[] {
  return events.flatMap((event) =>
    event.kind === 'ahead.failed' || event.kind === 'step.failed' ? `${event.kind} ${event.asset}` : [],
  )
}

sending(
  'the first is at the provider before the last is written, and the step counts all as its own',
  async () => {
    await using world = await makeWorld()
    const { state, submittedBatches } = await world.run()
    assert.equal([state, submittedBatches], ['done', PARTS])
    assert.ok(sent(world)[0] > 0, sent(world).join())
    const [made] = await listMaterializations(world.db, 'submitted_batch', 1)
    const { submitted, requests } = JSON.parse(made!.metadata)
    assert.equal([submitted, requests], [PARTS, PICTURES])
    const { batches, unfinished } = await outcomeOf(world.small.home)
    assert.ok(batches.every((batch) => batch.state === 'collected' && batch.requests === 2))
    assert.equal(unfinished, [])
    // Nothing is out of date after it, and nothing is sent again.
    const again = await world.run()
    assert.equal([again.state, again.steps, again.submittedBatches], ['done', [], 0])
  },
)

sending('nothing leaves where only the tasks file is asked for', async () => {
  await using world = await makeWorld()
  assert.is((await world.run({ selection: ['tasks_file'] })).state, 'done')
  assert.equal([world.proxy.calls, (await findParts(world.db, 'built')).length], [[], PARTS])
})

sending('under a budget of its own a run sends nothing before it knows what all of it costs', async () => {
  await using world = await makeWorld()
  const held = await world.run({ sections: { budget: { run_usd: 0.002 } } })
  assert.equal([held.state, world.proxy.calls], ['held', []])
  await using other = await makeWorld()
  assert.is((await other.run({ sections: { budget: { run_usd: 1 } } })).state, 'done')
  assert.equal(sent(other), [0, PARTS])
})

sending(
  'what an earlier run began and never sent counts in the budget of the run that would send it',
  async () => {
    await using world = await makeWorld(4)
    const stop = new AbortController()
    const onEvent = ({ kind }: ProgressEvent): void => {
      if (kind === 'batch.uploading') stop.abort(new Error('stopped'))
    }
    assert.is((await world.run({ signal: stop.signal, onEvent })).state, 'interrupted')
    const creations = (): number => world.proxy.calls.filter((call) => call === 'POST /v1/batches').length
    assert.is((await world.run({ sections: { budget: { run_usd: 0.00005 } } })).state, 'held')
    assert.is(creations(), 0)
    // The day has it among what is under way, and does not count it once more.
    const budget = { run_usd: 1, day_usd: 0.0004 }
    assert.is((await world.run({ sections: { budget } })).state, 'done')
    assert.is(creations(), 2)
  },
)

sending('under a limit nothing leaves before it is known what the limit was used for', async () => {
  await using world = await makeWorld()
  await world.run({ limit: 8 })
  assert.equal(sent(world), [0, 4])
})

sending('what a limited run was writing when it died does not come on top of its limit', async () => {
  await using world = await makeWorld(2)
  assert.is((await world.run({ limit: 20, waits: false })).state, 'waiting')
  for (let picture = 3; picture <= 22; picture++) await addPicture(world.small.images, picture)
  const onEvent = (event: ProgressEvent): void => {
    if (event.kind === 'tasks.written' && event.done === 5) throw new Error('no such luck')
  }
  const { runId } = await world.run({ limit: 20, waits: false, onEvent })
  assert.is((await findParts(world.db, 'built')).length, 1)
  // As a kill would have left it.
  assert.ok(await moveRun(world.db, runId, ['failed'], 'running', new Date()))
  const last = await world.run({ limit: 20 })
  assert.equal([last.state, last.runId], ['done', runId])
  assert.is((await outcomeOf(world.small.home)).charges.requests, 20)
})

sending('of a day’s budget each part takes its share, until the next would be too much', async () => {
  await using world = await makeWorld()
  const { state } = await world.run({ sections: { budget: { day_usd: DAY_USD } } })
  const { batches, charges } = await outcomeOf(world.small.home)
  assert.is(state, 'held')
  assert.ok(sent(world)[0] > 0 && batches.length < PARTS, `${sent(world).join()} of ${PARTS}`)
  assert.ok(charges.cost_nano_usd <= DAY_USD * 1e9)
})

sending(
  'by a method that depends on how many they are, none begins before they are enough; the last go along',
  async () => {
    await using world = await makeWorld(95, 10)
    const { state } = await world.run({ sections: { sending: { method: 'auto', calls_at_once: 2 } } })
    assert.is(state, 'done')
    const batches = await findBatches(world.db, ['collected'])
    assert.equal(
      batches.map(({ lane, requests_total: requests }) => [lane, requests]),
      [...Array.from({ length: 9 }, () => ['batch', 10]), ['batch', 5]],
    )
    assert.ok(sent(world)[0] > 0, sent(world).join())
  },
)

sending(
  'a provider out of reach keeps no part from being written; the step tries until all are there',
  async () => {
    await using world = await makeWorld()
    world.proxy.decide = () => 'lose_request'
    const stop = new AbortController()
    // The step itself waits for the provider: nothing is sent ahead any more.
    const onEvent = ({ kind }: ProgressEvent): void => {
      if (kind === 'step.waiting') stop.abort()
    }
    assert.is((await world.run({ signal: stop.signal, onEvent })).state, 'waiting')
    assert.equal([failures(world), (await findParts(world.db, 'built')).length], [[], PARTS])
    // One intent, which every look goes on with, and those of the step.
    world.proxy.decide = () => 'pass'
    assert.is((await world.run()).state, 'done')
    assert.is((await outcomeOf(world.small.home)).batches.length, PARTS)
  },
)

sending('what was not taken is not sent again with each part that follows', async () => {
  await using world = await makeWorld()
  let isWritten = false
  const tries = (): number => world.proxy.calls.filter((call) => call === 'POST /v1/files').length
  world.proxy.answer = (call) =>
    call === 'POST /v1/files' && !isWritten ? { status: 500, error: { message: 'later' } } : undefined
  const { state } = await world.run({
    onEvent: (event) => {
      if (event.kind !== 'step.done' || event.asset !== 'tasks_file') return
      isWritten = true
      assert.ok(tries() <= 1, `sent ${tries()} times`)
    },
  })
  assert.equal([state, failures(world)], ['done', []])
})

sending('a part that is refused is told once, and met again by the step', async () => {
  await using world = await makeWorld()
  world.proxy.answer = (call) =>
    call === 'POST /v1/files' ? { status: 401, error: { code: 'invalid_api_key' } } : undefined
  const { state } = await world.run()
  assert.equal(
    [state, failures(world)],
    ['failed', ['ahead.failed submitted_batch', 'step.failed submitted_batch']],
  )
  assert.is((await findParts(world.db, 'built')).length, PARTS)
  world.proxy.answer = () => undefined
  assert.is((await world.run()).state, 'done')
})

sending('a run that is stopped stops both, and the next one goes on with both', async () => {
  await using world = await makeWorld()
  const stop = new AbortController()
  world.proxy.acted = (call) => {
    if (call === 'POST /v1/batches') stop.abort()
  }
  assert.is((await world.run({ signal: stop.signal })).state, 'interrupted')
  assert.equal([failures(world), sent(world)], [[], [0, 0]])
  world.proxy.acted = () => {}
  assert.is((await world.run()).state, 'done')
  const list = await fetch(`${world.proxy.url}/batches?limit=100`, {
    headers: { authorization: 'Bearer key' },
  })
  assert.is(((await list.json()) as { data: unknown[] }).data.length, PARTS)
})

sending.run()
