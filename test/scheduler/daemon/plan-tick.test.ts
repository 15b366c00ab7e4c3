import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fashionGraph } from '../../../assets/list.js'
import { automationSchema, settleAutomation } from '../../../scheduler/daemon/automation.js'
import { type TickInput, type TickNode, planTick } from '../../../scheduler/daemon/plan-tick.js'

const ticks = suite('planning a tick')

const NOW = new Date('2026-11-24T12:00:00Z')
const HANDLED = { cron: '*/15 * * * *', timeZone: 'UTC', handledUntil: NOW }
const ALL = fashionGraph.nodes.map(({ key }) => key)

type Status = TickNode['status']

/** A home where everything is up to date, but for what a test says. */
function input(
  statuses: Record<string, Status> = {},
  more: Partial<TickInput> & {
    config?: object
    trouble?: Record<string, TickNode['trouble']>
    leftOver?: Record<string, Date>
  } = {},
): TickInput {
  const { config = {}, trouble = {}, leftOver = {}, ...rest } = more
  return {
    now: NOW,
    nodes: fashionGraph.nodes.map(({ key, kind }) => ({
      ...{ key, kind, status: statuses[key] ?? 'fresh', inputs: fashionGraph.inputsOf(key) },
      ...{ because: `${key} changed`, trouble: trouble[key], leftOverSince: leftOver[key] },
    })),
    automation: settleAutomation(fashionGraph, automationSchema.parse(config), 'UTC'),
    schedules: new Map([
      ['images', HANDLED],
      ['recipe', HANDLED],
    ]),
    cut: { asset: 'tasks_file', backlog: { requests: 0, retries: 0, oldestAt: null } },
    queued: undefined,
    waiting: undefined,
    ...rest,
  }
}

function verdictOf(plan: ReturnType<typeof planTick>, asset: string): [string, string] {
  const { verdict, because } = plan.decisions.find((decision) => decision.asset === asset)!
  return [verdict, because]
}

ticks('does nothing when everything is up to date', () => {
  const plan = planTick(input())
  assert.equal(plan.action, { kind: 'none' })
  assert.equal(plan.observe, [])
  assert.is(plan.schedules.size, 0)
})

ticks('looks at every source that was never looked at, and decides on the rest after that', () => {
  const statuses = Object.fromEntries(ALL.map((key) => [key, 'missing' as const]))
  const plan = planTick(input(statuses, { schedules: new Map() }))
  assert.equal(plan.observe, ['images', 'recipe'])
  assert.equal(plan.action, { kind: 'none' })
  assert.equal([...plan.schedules.keys()], ['images', 'recipe'])
})

ticks('looks again only at the next time at a source that could not be looked at', () => {
  const plan = planTick(input({ images: 'missing' }))
  assert.equal(plan.observe, [])
  assert.match(verdictOf(plan, 'images')[1], /next at 2026-11-24T12:15/)
})

ticks('makes everything below in one run when all is missing but the sources', () => {
  const statuses = Object.fromEntries(ALL.slice(2).map((key) => [key, 'missing' as const]))
  const backlog = { requests: 100, retries: 0, oldestAt: NOW }
  const { action } = planTick(input(statuses, { cut: { asset: 'tasks_file', backlog } }))
  assert.equal(action, { kind: 'start', selection: ALL.slice(2), times: 1 })
})

ticks('cuts a batch when enough requests wait, or the oldest waited long enough', () => {
  const hoursAgo = (hours: number): Date => new Date(+NOW - hours * 3_600_000)
  const isCut = (requests: number, hours: number, retries = 0): boolean => {
    const backlog = { requests, retries, oldestAt: hoursAgo(hours) }
    const plan = planTick(input({ tasks_file: 'stale' }, { cut: { asset: 'tasks_file', backlog } }))
    return plan.action.kind === 'start'
  }
  assert.is(isCut(99, 5.9), false)
  assert.is(isCut(100, 0), true)
  assert.is(isCut(1, 6), true)
  assert.is(isCut(1, 0, 1), true)
  assert.is(isCut(0, 0), true)
})

ticks(
  'goes on with a run that waits when it is due, and leaves alone in it what is not to be made yet',
  () => {
    const waiting = { id: 7, selection: ALL, assets: ['results'], until: NOW }
    const backlog = { requests: 3, retries: 0, oldestAt: NOW }
    const statuses = { tasks_file: 'stale', results: 'stale', grouped_posts: 'stale' } as const
    const plan = planTick(input(statuses, { waiting, cut: { asset: 'tasks_file', backlog } }))
    const except = ['images', 'recipe', 'tasks_file', 'submitted_batch']
    assert.equal(plan.action, { kind: 'continue', run: 7, except })
    assert.match(verdictOf(plan, 'grouped_posts')[1], /"results" above it waits/)
    const early = { ...waiting, until: new Date(+NOW + 1) }
    assert.is(
      planTick(input(statuses, { waiting: early, cut: { asset: 'tasks_file', backlog } })).action.kind,
      'none',
    )
  },
)

ticks('takes a waiting run along when more is to be made than it holds', () => {
  const waiting = {
    id: 7,
    selection: ['results', 'cost_report'],
    assets: ['results'],
    until: new Date(+NOW + 1),
  }
  const backlog = { requests: 100, retries: 0, oldestAt: NOW }
  const { action } = planTick(
    input({ tasks_file: 'stale', results: 'stale' }, { waiting, cut: { asset: 'tasks_file', backlog } }),
  )
  const selection = ['tasks_file', 'submitted_batch', 'results', 'grouped_posts', 'cost_report']
  assert.equal(action, { kind: 'start', selection, times: 1 })
})

ticks('lets a person go before', () => {
  const waiting = { id: 7, selection: ALL, assets: ['results'], until: NOW }
  assert.equal(planTick(input({ results: 'stale' }, { waiting, queued: { id: 9 } })).action, {
    kind: 'queued',
    run: 9,
  })
})

ticks('does not go on forever with a wait that a clock wrote which was years ahead', () => {
  const waiting = { id: 7, selection: ALL, assets: ['results'], until: new Date('2031-01-01T00:00:00Z') }
  assert.is(planTick(input({ results: 'stale' }, { waiting })).action.kind, 'continue')
})

ticks('follows the policies', () => {
  const config = {
    assets: {
      cost_report: 'never',
      grouped_posts: 'on_missing',
      submitted_batch: { cron: '0 12 * * *' },
    },
  }
  const statuses = { cost_report: 'stale', grouped_posts: 'stale', submitted_batch: 'stale' } as const
  const quiet = planTick(input(statuses, { config }))
  assert.is(quiet.action.kind, 'none')
  assert.is(verdictOf(quiet, 'cost_report')[0], 'never')
  assert.is(verdictOf(quiet, 'grouped_posts')[0], 'never')
  assert.match(verdictOf(quiet, 'submitted_batch')[1], /its schedule is new/)

  const noon = { cron: '0 12 * * *', timeZone: 'UTC', handledUntil: new Date('2026-11-24T11:59:00Z') }
  const schedules = new Map([...input().schedules, ['submitted_batch', noon]])
  const fired = planTick(input({ ...statuses, grouped_posts: 'missing' }, { config, schedules }))
  assert.equal(fired.action, {
    kind: 'start',
    // What follows its inputs comes along; what has a policy of its own only when that says so.
    selection: ['submitted_batch', 'results', 'grouped_posts'],
    times: 1,
  })
  assert.equal([...fired.schedules.keys()], ['submitted_batch'])
})

ticks('keeps a fire time that cannot be used yet, and one that others go before', () => {
  const config = { assets: { grouped_posts: { cron: '0 12 * * *' } } }
  const noon = { cron: '0 12 * * *', timeZone: 'UTC', handledUntil: new Date('2026-11-24T11:59:00Z') }
  const schedules = new Map([...input().schedules, ['grouped_posts', noon]])
  const waiting = { id: 7, selection: ALL, assets: ['results'], until: new Date(+NOW + 1) }
  const blocked = planTick(
    input({ grouped_posts: 'stale', results: 'stale' }, { config, schedules, waiting }),
  )
  assert.is(blocked.action.kind, 'none')
  assert.is(blocked.schedules.size, 0)
  const behind = planTick(input({ grouped_posts: 'stale' }, { config, schedules, queued: { id: 9 } }))
  assert.is(behind.schedules.size, 0)
  assert.is(planTick(input({ grouped_posts: 'stale' }, { config, schedules })).schedules.size, 1)
  // Up to date: the time is used, and nothing is to be done.
  const fresh = planTick(input({}, { config, schedules }))
  assert.is(fresh.action.kind, 'none')
  assert.is(fresh.schedules.size, 1)
})

ticks('makes up for all missed times when asked, up to the cap', () => {
  const config = { catch_up: 'all', catch_up_runs: 3, assets: { cost_report: { cron: '0 12 * * *' } } }
  const handled = { cron: '0 12 * * *', timeZone: 'UTC', handledUntil: new Date('2026-11-01T00:00:00Z') }
  const schedules = new Map([...input().schedules, ['cost_report', handled]])
  const { action } = planTick(input({ cost_report: 'stale' }, { config, schedules }))
  assert.equal(action, { kind: 'start', selection: ['cost_report'], times: 3 })
})

ticks('forgets the schedule of an asset that has none any more, so that it never fires the past', () => {
  const schedules = new Map([...input().schedules, ['results', HANDLED]])
  assert.equal(planTick(input({}, { schedules })).forgotten, ['results'])
})

ticks('leaves a failure alone for longer each time', () => {
  const failed = (times: number, minutesAgo: number): string => {
    const endedAt = new Date(+NOW - minutesAgo * 60_000)
    const trouble = { results: { state: 'failed' as const, times, endedAt, because: 'HTTP 500' } }
    return planTick(input({ results: 'stale' }, { trouble })).action.kind
  }
  assert.is(failed(1, 0.9), 'none')
  assert.is(failed(1, 1), 'start')
  assert.is(failed(3, 3.9), 'none')
  assert.is(failed(3, 4), 'start')
  assert.is(failed(10, 59), 'none')
  assert.is(failed(10, 60), 'start')
  // It ended in what is the future by now: the clock went back.
  assert.is(failed(1, -100), 'start')
})

ticks('does not make again at once what was just made and still has something left', () => {
  const kindAfter = (seconds: number): string => {
    const leftOver = { tasks_file: new Date(+NOW - seconds * 1_000) }
    const backlog = { requests: 1, retries: 1, oldestAt: NOW }
    return planTick(input({ tasks_file: 'stale' }, { leftOver, cut: { asset: 'tasks_file', backlog } }))
      .action.kind
  }
  assert.equal([kindAfter(0), kindAfter(59), kindAfter(60)], ['none', 'none', 'start'])
  // It was made by a clock that was ahead.
  assert.is(kindAfter(-1), 'start')
})

ticks('begins no run while none can begin, but looks at sources', () => {
  const pause = { until: new Date(+NOW + 1), because: 'there is no key' }
  const schedules = new Map([
    ['images', { ...HANDLED, handledUntil: new Date('2026-11-24T11:50:00Z') }],
    ['recipe', HANDLED],
  ])
  const plan = planTick(input({ results: 'stale' }, { pause, schedules }))
  assert.equal(plan.action, { kind: 'none' })
  assert.equal(plan.observe, ['images'])
  assert.match(verdictOf(plan, 'results')[1], /there is no key/)
})

ticks.run()
