import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { fastFolder } from './fast-folder.js'
import { type Db, openDatabase } from '../../../data/database.js'
import { findBatches } from '../../../data/records/batches.js'
import { reviveCancelledRequests } from '../../../data/records/request-revival.js'
import { countWantedRequests } from '../../../data/records/requests.js'
import { findRuns, insertRun } from '../../../data/records/runs.js'
import { listTicks } from '../../../data/records/ticks.js'
import type { Clock } from '../../../pipeline/clock.js'
import { startLocalServer } from '../../../pipeline/provider/local-server/local-server.js'
import { parseFaultScript } from '../../../pipeline/provider/local-server/faults/fault-script.js'
import { type Respond, RespondError } from '../../../pipeline/provider/local-server/respond.js'
import { type Fate, startLossyProxy } from '../../pipeline/batch/lossy-proxy.js'
import { type Dice, diceOf } from './dice.js'
import { Death, type Life, mortalDatabase } from './mortal-database.js'
import {
  addPicture,
  makeSmallHome,
  outcomeOf,
  paintPicture,
  quickResponder,
  schedulerOf,
} from './small-home.js'
import { checkOutcome } from './simulation-outcome.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const STEPS = 40
/** After the last fault the world is left alone for so many steps at most. */
const CALM_STEPS = 250

const respond = quickResponder()

/**
 * Weeks of a daemon's life in a moment: a home whose pictures change, a provider that loses calls and answers, fails lines
 * and takes its time, a clock that jumps, processes that die before any statement and at any call, people who ask for runs.
 * Everything that is random comes from the seed. After that the world is calm, and all must come out right.
 */
export async function simulate(seed: number): Promise<{ lives: number; batches: number; days: number }> {
  const dice = diceOf(seed)
  const pictures = dice.between(1, 5)
  await using small = await makeSmallHome(pictures)
  const directory = await mkdtemp(join(fastFolder, 'hemline-simulated-'))
  const begun = Date.parse('2026-03-07T00:00:00Z')
  // The provider's clock is right; that of this machine may be ahead or behind.
  let [now, skew] = [begun, 0]
  const clock: Clock = {
    now: () => new Date(now),
    async sleep(ms, signal) {
      for (const until = now + ms; now < until && !signal?.aborted;) await sleep(1)
    },
  }
  const ownClock: Clock = { ...clock, now: () => new Date(now + skew) }
  const provider = faultyModel(seed, clock)
  const script = parseFaultScript({ seed, rules: FAULTS })
  const server = await startLocalServer({
    ...{ directory, respond: provider.respond, clock, concurrency: 1 },
    faults: script,
  })
  const proxy = await startLossyProxy(server.url)
  const calls = diceOf(seed + 2_000_000)
  let life: Life | undefined
  proxy.decide = () => {
    if (!provider.isFaulty) return 'pass'
    if (calls.chance(0.02)) life?.end()
    return calls.chance(0.12) ? calls.pick(FATES) : 'pass'
  }
  const automation = {
    cut_hours: dice.pick([0, 0.5, 6]),
    cut_requests: dice.between(1, 6),
    catch_up: dice.pick(['none', 'last', 'all']),
    catch_up_runs: 3,
    poll_seconds: 30,
    assets: {
      images: { cron: dice.pick(['*/15 * * * *', '0 * * * *', '30 2 * * *']), time_zone: 'America/New_York' },
      ...(dice.chance(0.3) ? { cost_report: { cron: '0 6 * * *', time_zone: 'Europe/Berlin' } } : {}),
      ...(dice.chance(0.2) ? { grouped_posts: 'on_missing' } : {}),
    },
  }
  let lives = 0
  let made = pictures

  /** A process from its start to its death, or to the end of what it was asked for. */
  async function live(statements: number, work: (tick: () => Promise<void>) => Promise<void>): Promise<void> {
    lives++
    const db = await openDatabase(small.home.database)
    const mortal = mortalDatabase(db, statements)
    life = mortal.life
    try {
      const scheduler = await schedulerOf(small, mortal.db, { url: proxy.url, clock: ownClock, automation })
      await work(async () => {
        for (let ticks = 0; await scheduler.tick(); ticks++) {
          if (ticks > 50) throw new Error(`it ticks without an end: ${await lastTick(db)}`)
        }
        await settle(directory, provider, clock)
        if (mortal.life.isOver) throw new Death()
      })
    } catch (error) {
      if (!mortal.life.isOver) throw error
    } finally {
      life = undefined
      await db.destroy()
    }
  }

  try {
    for (let step = 0; step < STEPS;) {
      const statements = dice.chance(0.6) ? dice.between(1, 400) : Infinity
      await live(statements, async (tick) => {
        for (const last = Math.min(STEPS, step + dice.between(1, 12)); step < last; step++) {
          now += jumpOf(dice)
          if (dice.chance(0.06)) skew = dice.pick([0, 0, HOUR, -HOUR, 3 * DAY, -3 * DAY]) * dice.next()
          if (dice.chance(0.15)) await addPicture(small.images, ++made)
          if (dice.chance(0.05)) await replacePicture(small.images, dice, ++made)
          if (dice.chance(0.05)) await askForRun(small.home.database, dice, clock)
          await tick()
        }
      })
      step++
    }
    provider.isFaulty = false
    // From now on no rule hits anything.
    script.rules.length = 0
    skew = 0
    let isCalm = false
    await live(Infinity, async (tick) => {
      for (let step = 0; step < CALM_STEPS && !isCalm; step++) {
        // On the minute, as a daemon that ticks every second would see it.
        now = step < 20 ? now + MINUTE : nextCalmHour(now)
        await askAgain(small.home.database)
        await tick()
        // After more than a day every schedule has fired.
        isCalm = step > 26 && (await isSettled(small.home.database))
      }
    })
    if (!isCalm) throw new Error(`it does not settle: ${await whatIsLeft(small.home.database)}`)
    await checkOutcome(small.home.database, directory, provider.good)
    const { unfinished, halfWritten, batches } = await outcomeOf(small.home)
    assert.equal([unfinished, halfWritten], [[], []])
    return { lives, batches: batches.length, days: (now - begun) / DAY }
  } finally {
    await proxy[Symbol.asyncDispose]()
    await server.close()
    await rm(directory, { recursive: true, force: true })
  }
}

/** What the provider itself does to batches, and to those who look at them; lines fail in the model. */
const FAULTS = [
  { fault: 'reject', chance: 0.05 },
  { fault: 'reject', chance: 0.03, code: 'invalid_request', message: 'Cannot find file file-1.' },
  { fault: 'expire', chance: 0.05 },
  { fault: 'cancel', chance: 0.03 },
  { fault: 'stall', chance: 0.1, looks: 4 },
  { fault: 'stall', chance: 0.05, looks: 2, status: 'pondering' },
  { fault: 'late_output', chance: 0.1 },
  { fault: 'blank_error_file', chance: 0.2 },
  { fault: 'wrong_counts', chance: 0.1 },
  { fault: 'wrong_usage', chance: 0.1 },
  { fault: 'no_usage', chance: 0.2 },
  { fault: 'gone', on: 'GET /v1/batches/', chance: 0.03 },
  { fault: 'error_before', on: 'GET ', chance: 0.05, status: 429 },
  { fault: 'error_before', on: 'POST ', chance: 0.05, status: 429 },
  { fault: 'lag', on: 'GET /v1/batches', times: 1 },
  { fault: 'strangers', on: 'GET /v1/batches', chance: 0.2, count: 120 },
  { fault: 'cut_answer', on: 'GET /v1/files/', chance: 0.1 },
]

const FATES: readonly Fate[] = ['lose_request', 'lose_answer', 'answer_500_after']

/** Mostly the next poll; sometimes a night, or a holiday. */
function jumpOf(dice: Dice): number {
  if (dice.chance(0.05)) return dice.between(1, 4) * DAY
  return dice.pick([1_000, 30_000, 2 * MINUTE, 20 * MINUTE, 2 * HOUR, 9 * HOUR])
}

/** Each schedule fires at one of these, also where `catch_up` is `none` and a time that no tick meets is left out. */
const CALM_HOURS = [0, 4, 6.5, 12, 18, 24]

function nextCalmHour(now: number): number {
  const midnight = Math.floor(now / DAY) * DAY
  return CALM_HOURS.map((hours) => midnight + hours * HOUR).find((at) => at > now)!
}

async function replacePicture(images: string, dice: Dice, number: number): Promise<void> {
  const names = (await readdir(images, { recursive: true })).filter((name) => name.endsWith('.jpg'))
  await paintPicture(join(images, dice.pick(names.toSorted())), number)
}

/** What a person's run begins with, for the requests of batches that somebody cancelled. */
async function askAgain(database: string): Promise<void> {
  const db = await openDatabase(database)
  try {
    await reviveCancelledRequests(db)
  } finally {
    await db.destroy()
  }
}

async function askForRun(database: string, dice: Dice, clock: Clock): Promise<void> {
  const db = await openDatabase(database)
  try {
    const selection = dice.pick(['*', 'results,grouped_posts', 'cost_report', 'tasks_file'])
    const requestLimit = dice.chance(0.3) ? 1 : undefined
    await reviveCancelledRequests(db)
    await insertRun(
      db,
      { selection, trigger: 'person', isForced: dice.chance(0.3), requestLimit },
      clock.now(),
      'queued',
    )
  } finally {
    await db.destroy()
  }
}

/** The provider's model: what it was asked, what it answered well, and what it is slow with. */
type Model = {
  respond: Respond
  isFaulty: boolean
  /** How often each question was answered well. */
  good: Map<string, number>
  /** When the line is answered that it is at; undefined while it is at none. */
  busyUntil: number | undefined
}

/** A model that fails as the API is known to, and takes its time. Its faults follow from the seed and the question. */
function faultyModel(seed: number, clock: Clock): Model {
  const asked = new Map<string, number>()
  const model: Model = { isFaulty: true, good: new Map(), busyUntil: undefined, respond: answer }
  return model

  async function answer(...[request, signal]: Parameters<Respond>): ReturnType<Respond> {
    const key = createHash('sha256').update(JSON.stringify(request.messages)).digest('hex')
    asked.set(key, (asked.get(key) ?? 0) + 1)
    const dice = diceOf(seed * 1_000 + parseInt(key.slice(0, 7), 16) + asked.get(key)!)
    if (model.isFaulty && dice.chance(0.1)) await takeLong(30 * HOUR, signal)
    if (model.isFaulty && dice.chance(0.15)) {
      const status = dice.pick([429, 500, 400])
      throw new RespondError({ status, code: status === 400 ? 'content_filter' : null, message: 'simulated' })
    }
    const whole = await respond(request, signal)
    if (!model.isFaulty || !dice.chance(0.1)) {
      model.good.set(key, (model.good.get(key) ?? 0) + 1)
      return whole
    }
    const [choice] = whole.choices
    const isCut = dice.chance(0.5)
    const message = isCut
      ? { ...choice!.message, content: choice!.message.content!.slice(0, 9) }
      : { ...choice!.message, content: null, refusal: 'simulated' }
    return { ...whole, choices: [{ ...choice!, finish_reason: isCut ? 'length' : 'stop', message }] }
  }

  async function takeLong(ms: number, signal: AbortSignal): Promise<void> {
    model.busyUntil = clock.now().getTime() + ms
    while (model.isFaulty && clock.now().getTime() < model.busyUntil && !signal.aborted) await sleep(1)
    model.busyUntil = undefined
    signal.throwIfAborted()
  }
}

/** Lets the provider do all that it can do at this instant of the clock: so the same seed tells the same story. */
async function settle(directory: string, model: Model, clock: Clock): Promise<void> {
  while (true) {
    const data = await batchesOnDisk(directory)
    const isBusy = model.isFaulty && model.busyUntil !== undefined && model.busyUntil > clock.now().getTime()
    const moving = data.filter(({ status }) => MOVING.has(status) || (status === 'in_progress' && !isBusy))
    if (moving.length === 0) return
    await sleep(1)
  }
}

/** As the server remembers them: a look over HTTP would be hit by faults. */
async function batchesOnDisk(directory: string): Promise<{ status: string }[]> {
  const names = await readdir(join(directory, 'batches'), { recursive: true }).catch(() => [])
  const records = names.filter((name) => name.endsWith('.json'))
  const texts = await Promise.all(records.map((name) => readFile(join(directory, 'batches', name), 'utf8')))
  return texts.map((text) => JSON.parse(text).batch)
}

const MOVING = new Set(['validating', 'finalizing', 'cancelling'])

async function whatIsLeft(database: string): Promise<string> {
  const db = await openDatabase(database)
  try {
    const requests = await countWantedRequests(db)
    const batches = await findBatches(db, ['intended', 'uploaded', 'open', 'ended', 'held'])
    return `${await lastTick(db)} ${JSON.stringify({ requests, batches })}`
  } finally {
    await db.destroy()
  }
}

async function lastTick(db: Db): Promise<string> {
  const [tick] = await listTicks(db, { beforeId: 1_000_000, limit: 1 })
  const runs = await findRuns(db, ['queued', 'running', 'waiting'])
  return JSON.stringify({ tick, runs })
}

async function isSettled(database: string): Promise<boolean> {
  const db = await openDatabase(database)
  try {
    const { pending, in_part, submitted } = await countWantedRequests(db)
    const live = await findBatches(db, ['intended', 'uploaded', 'open', 'ended', 'held'])
    const runs = await findRuns(db, ['queued', 'running', 'waiting'])
    const unplanned = await db.selectFrom('images').select('id').where('request_id', 'is', null).execute()
    return pending + in_part + submitted + live.length + runs.length + unplanned.length === 0
  } finally {
    await db.destroy()
  }
}
