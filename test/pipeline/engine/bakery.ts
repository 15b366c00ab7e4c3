import type { Db } from '../../../data/database.js'
import {
  type AheadContext,
  type Asset,
  type Input,
  type Metadata,
  type Node,
  type Outcome,
  type Source,
  type StepContext,
  assetKit,
  done,
} from '../../../pipeline/engine/asset.js'
import { defineGraph } from '../../../pipeline/engine/graph.js'
import { type RunResult, materialize } from '../../../pipeline/engine/materialize.js'
import type { RunEvent } from '../../../pipeline/engine/run-events.js'
import { digest } from '../../../pipeline/engine/versions.js'
import { temporaryDatabase } from '../../data/temporary-database.js'
import { TestClock } from './test-clock.js'

/** What the steps of the made-up bakery work with; `made` lists every step that ran, in order. */
export type Bakery = { db: Db; made: string[] }

type Make = (
  inputs: Record<string, Input<unknown>>,
  context: Bakery & StepContext,
) => Outcome<Metadata> | Promise<Outcome<Metadata>>

const { defineAsset, defineSource } = assetKit<Bakery>()

/** Bought, not made: `look` says its version, and what changed. */
export function ingredient(
  key: string,
  look: () => string | { dataVersion: string; metadata: Metadata } = () => 'v1',
): Source<Bakery, Metadata> {
  return defineSource({
    key,
    describe: `The ${key}.`,
    async observe() {
      const seen = look()
      return typeof seen === 'string' ? { dataVersion: seen, metadata: {} } : seen
    },
  })
}

/** Made from its inputs; by default its data version is a digest of theirs. */
export function dish(
  key: string,
  inputs: readonly Node<Bakery>[],
  options: {
    codeVersion?: string
    pending?: () => string | undefined
    make?: Make
    workAhead?: (context: Bakery & AheadContext) => Promise<void | 'enough'>
  } = {},
): Asset<Bakery, Metadata> {
  const { codeVersion = '1', pending = () => undefined, make = bake, workAhead } = options
  return defineAsset({
    key,
    describe: `The ${key}.`,
    codeVersion,
    needs: Object.fromEntries(inputs.map((input) => [input.key, input])) as Record<string, Node<Bakery>>,
    async pending() {
      return pending()
    },
    ...(workAhead ? { workAhead } : {}),
    async materialize(versions, context) {
      context.made.push(key)
      return make(versions as Record<string, Input<unknown>>, context)
    },
  })
}

export function bake(inputs: Record<string, Input<unknown>>): Outcome<Metadata> {
  const versions = Object.entries(inputs).flatMap(([name, { dataVersion }]) => [name, dataVersion])
  return done({ dataVersion: digest(versions), metadata: { inputs: Object.keys(inputs).length } })
}

export type RunOptions = {
  selection?: string[]
  waits?: boolean
  isForced?: boolean
  signal?: AbortSignal
  onEvent?: (event: RunEvent) => void
}

/** A database, a clock, and a way to run a bakery; `made` and `events` are of the last run. */
export async function makeWorld(clock = new TestClock()) {
  const database = await temporaryDatabase()
  const made: string[] = []
  const events: RunEvent[] = []
  return {
    db: database.db,
    path: database.path,
    clock,
    made,
    events,
    async run(nodes: readonly Node<Bakery>[], options: RunOptions = {}): Promise<RunResult> {
      made.length = 0
      events.length = 0
      return materialize({
        graph: defineGraph(nodes),
        selection: options.selection ?? [],
        resources: { db: database.db, made },
        clock,
        signal: options.signal ?? new AbortController().signal,
        isForced: options.isForced ?? false,
        waits: options.waits ?? false,
        observes: true,
        trigger: 'person',
        onEvent(event) {
          events.push(event)
          options.onEvent?.(event)
        },
      })
    },
    /** The events of one kind, in order. */
    told<K extends RunEvent['kind']>(kind: K): Extract<RunEvent, { kind: K }>[] {
      return events.filter((event): event is Extract<RunEvent, { kind: K }> => event.kind === kind)
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}
