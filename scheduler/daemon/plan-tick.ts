import type { Automation } from './automation.js'
import { cutDecision, type Backlog } from './cut-batch.js'
import { type HandledSchedule, type Due, dueSchedule } from './due-schedule.js'

/** What a tick knows of an asset or a source. */
export type TickNode = {
  key: string
  kind: 'asset' | 'source'
  status: 'missing' | 'stale' | 'fresh'
  /** Why it is out of date, as a sentence. */
  because: string
  /** Keys of its direct inputs. */
  inputs: readonly string[]
  /** When it was last made, if all that is left to do is what no version shows; undefined otherwise. */
  leftOverSince: Date | undefined
  /** Its last steps that failed in a row, or the one that is held; undefined when the last one did neither. */
  trouble: { state: 'failed' | 'held'; times: number; endedAt: Date; because: string } | undefined
}

/** Everything that a tick decides by. Keys stand in the graph's order. */
export type TickInput = {
  now: Date
  nodes: readonly TickNode[]
  automation: Automation
  schedules: ReadonlyMap<string, HandledSchedule>
  /** The asset that makes batches, and what waits for one. */
  cut: { asset: string; backlog: Backlog }
  /** The oldest run that a person asked for, or that an earlier tick decided on. */
  queued: { id: number } | undefined
  waiting: WaitingRun | undefined
  /** After a failure outside of any asset. */
  pause?: Pause | undefined
}

/** Until when no run is begun by the clock, and why. */
export type Pause = { until: Date; because: string }

/** A run that is parked, the assets in it that wait, and when the first of them is due. */
export type WaitingRun = { id: number; selection: readonly string[]; assets: readonly string[]; until: Date }

/**
 * Why an asset is, or is not, made or looked at now. `run` and `observe` act. `wait`: it will, later. `fresh`: nothing to
 * do. `never`: the clock does not make it.
 */
export type Decision = {
  asset: string
  verdict: 'run' | 'observe' | 'wait' | 'fresh' | 'never'
  because: string
}

export type TickPlan = {
  decisions: Decision[]
  /** Sources to look at now. */
  observe: string[]
  /** The schedules that are handled further than is on record, and keys on record that have none any more. */
  schedules: ReadonlyMap<string, HandledSchedule>
  forgotten: string[]
  /** What to execute after that; `except` are selected assets that are left alone this time. */
  action:
    | { kind: 'none' }
    | { kind: 'queued'; run: number }
    | { kind: 'continue'; run: number; except: string[] }
    | { kind: 'start'; selection: string[]; times: number }
}

/** What was just made and still has something left is not made again at once: it would not settle. */
const REST_MS = 60_000
/** How long a failure is left alone: longer with each in a row. */
const FIRST_PAUSE_MS = 60_000
const LONGEST_PAUSE_MS = 60 * 60_000
/** What is held is looked at again in case that it was mended elsewhere. */
const HELD_PAUSE_MS = 10 * 60_000
/** No step asks for a longer wait than this; one that does was written by a clock that was ahead. */
const LONGEST_WAIT_MS = 60 * 60_000

/**
 * Decides what the clock does at an instant. Pure: the same input gives the same plan, and nothing is done yet.
 *
 * An asset is made when its policy says so, when nothing above it is missing or waits, and, after a failure, when the pause
 * is over. What is below it and follows its inputs is made in the same run. A run that a person asked for goes before.
 */
export function planTick(input: TickInput): TickPlan {
  const { now, nodes, automation, queued, waiting } = input
  const due = dueSchedules(input)
  const decisions = new Map<string, Decision>()
  const above = { statuses: new Map(nodes.map(({ key, status }) => [key, status])), waits: waitsAbove(input) }
  for (const node of nodes) {
    const [verdict, because] =
      node.kind === 'source'
        ? judgeSource(node, input, due)
        : judgeAsset(node, input, due, { ...above, decisions })
    decisions.set(node.key, { asset: node.key, verdict, because })
  }
  const keysWith = (verdict: Decision['verdict']): string[] =>
    nodes.map(({ key }) => key).filter((key) => decisions.get(key)!.verdict === verdict)
  const observe = keysWith('observe')
  const ready = keysWith('run')
  const action = chooseAction()
  return {
    decisions: [...decisions.values()],
    observe,
    schedules: movedSchedules(),
    forgotten: [...input.schedules.keys()].filter((key) => automation.policies.get(key)?.kind !== 'cron'),
    action,
  }

  /** A fire time that leads to nothing yet (its asset is blocked, or others go before) is not handled. */
  function movedSchedules(): Map<string, HandledSchedule> {
    const begins = action.kind === 'start' || action.kind === 'continue'
    const moved = [...due].filter(([key, { times, handled }]) => {
      const { verdict } = decisions.get(key)!
      const isUsed = verdict === 'observe' || verdict === 'fresh' || (verdict === 'run' && begins)
      return handled !== input.schedules.get(key) && (times === 0 || isUsed)
    })
    return new Map(moved.map(([key, { handled }]) => [key, handled]))
  }

  function chooseAction(): TickPlan['action'] {
    if (queued) return { kind: 'queued', run: queued.id }
    // What is seen now may change what is to be made: the next tick decides on that.
    if (observe.length > 0) return { kind: 'none' }
    const isDue = waiting !== undefined && !isPaused(input) && isOver(waiting.until, now)
    if (!isDue && ready.length === 0) return { kind: 'none' }
    const active = withFollowers([...ready, ...(waiting?.assets ?? [])], input)
    if (waiting && isWithin(active, waiting.selection)) {
      const left = new Set(active)
      const except = waiting.selection.filter((key) => !left.has(key))
      return { kind: 'continue', run: waiting.id, except }
    }
    const times = Math.max(1, ...ready.map((key) => due.get(key)?.times ?? 1))
    return { kind: 'start', selection: active, times }
  }
}

function dueSchedules({ now, automation, schedules }: TickInput): Map<string, Due> {
  const due = new Map<string, Due>()
  for (const [key, policy] of automation.policies) {
    if (policy.kind !== 'cron') continue
    due.set(key, dueSchedule(policy, schedules.get(key), now, automation))
  }
  return due
}

type Judgement = [verdict: Decision['verdict'], because: string]

function judgeSource(node: TickNode, input: TickInput, due: ReadonlyMap<string, Due>): Judgement {
  const schedule = due.get(node.key)
  if (!schedule) return ['never', 'its policy is "never"']
  if (schedule.times > 0) return ['observe', schedule.because]
  // A schedule that was handled before has had its look, even if that failed.
  if (node.status === 'missing' && !input.schedules.has(node.key)) return ['observe', 'never looked at']
  return ['wait', schedule.because]
}

function judgeAsset(
  node: TickNode,
  input: TickInput,
  due: ReadonlyMap<string, Due>,
  above: Above,
): Judgement {
  const { now, automation, cut, waiting } = input
  if (waiting?.assets.includes(node.key)) return ['wait', 'its run waits']
  if (node.status === 'fresh') return ['fresh', 'up to date']
  if (isPaused(input)) return ['wait', `no run could begin: ${input.pause!.because}`]
  const policy = automation.policies.get(node.key)!
  if (policy.kind === 'never') return ['never', `its policy is "never"; ${node.because}`]
  if (policy.kind === 'on_missing' && node.status !== 'missing') {
    return ['never', `its policy is "on_missing", and it was made; ${node.because}`]
  }
  const schedule = due.get(node.key)
  if (schedule && schedule.times === 0) return ['wait', `${schedule.because}; ${node.because}`]
  const blocker = blockerOf(node, above)
  if (blocker) return ['wait', blocker]
  const pause = pauseAfter(node.trouble)
  // A pause that ends further away than it is long was begun by a clock that was ahead.
  if (pause && now < pause.until && pause.until.getTime() - now.getTime() <= pause.ms) {
    return ['wait', `${pause.because}; tried again at ${pause.until.toISOString()}`]
  }
  const restless = restUntil(node, now)
  if (restless)
    return ['wait', `${node.because}, though it was just made; looked at again at ${restless.toISOString()}`]
  if (node.key === cut.asset) {
    const { isCut, because } = cutDecision(cut.backlog, automation, now)
    return [isCut ? 'run' : 'wait', because]
  }
  return ['run', schedule ? `${schedule.because}; ${node.because}` : node.because]
}

function restUntil({ leftOverSince }: TickNode, now: Date): Date | undefined {
  if (!leftOverSince || leftOverSince > now || +now - +leftOverSince >= REST_MS) return undefined
  return new Date(+leftOverSince + REST_MS)
}

type Above = {
  statuses: ReadonlyMap<string, TickNode['status']>
  decisions: ReadonlyMap<string, Decision>
  /** By key: the nearest asset above it that waits. */
  waits: ReadonlyMap<string, string>
}

/** What above it keeps it from being made, as a sentence. */
function blockerOf({ key, inputs }: TickNode, { statuses, decisions, waits }: Above): string | undefined {
  for (const input of inputs) {
    const isComing = decisions.get(input)?.verdict === 'run'
    if (statuses.get(input) === 'missing' && !isComing) return `its input "${input}" was never made`
  }
  return waits.has(key) ? `"${waits.get(key)}" above it waits` : undefined
}

/** Goes through the nodes once: what waits above an input waits above its dependents. */
function waitsAbove({ nodes, waiting }: TickInput): Map<string, string> {
  const waits = new Map<string, string>()
  const waiters = new Set(waiting?.assets)
  for (const { key, inputs } of nodes) {
    const input = inputs.find((each) => waiters.has(each) || waits.has(each))
    if (input !== undefined) waits.set(key, waiters.has(input) ? input : waits.get(input)!)
  }
  return waits
}

function isWithin(keys: readonly string[], selection: readonly string[]): boolean {
  const selected = new Set(selection)
  return keys.every((key) => selected.has(key))
}

function pauseAfter(trouble: TickNode['trouble']): { until: Date; ms: number; because: string } | undefined {
  if (!trouble) return undefined
  const { state, times, endedAt, because } = trouble
  const ms = state === 'held' ? HELD_PAUSE_MS : Math.min(FIRST_PAUSE_MS * 2 ** (times - 1), LONGEST_PAUSE_MS)
  const what = state === 'held' ? 'held' : times === 1 ? 'it failed' : `it failed ${times} times in a row`
  return { until: new Date(endedAt.getTime() + ms), ms, because: `${what}: ${because}` }
}

/** The keys and everything below them that follows its inputs, in the graph's order. */
function withFollowers(keys: readonly string[], { nodes, automation }: TickInput): string[] {
  const active = new Set(keys)
  for (const { key, inputs } of nodes) {
    const follows = automation.policies.get(key)!.kind === 'input_changed'
    if (follows && inputs.some((input) => active.has(input))) active.add(key)
  }
  return nodes.map(({ key }) => key).filter((key) => active.has(key))
}

function isPaused({ pause, now }: TickInput): boolean {
  return pause !== undefined && now < pause.until && +pause.until - +now <= LONGEST_PAUSE_MS
}

function isOver(until: Date, now: Date): boolean {
  return until <= now || until.getTime() - now.getTime() > LONGEST_WAIT_MS
}
