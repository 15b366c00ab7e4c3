import type { Db } from '../../data/database.js'
import type { Clock } from '../clock.js'

/** What is remembered beside a data version: counts, bytes, tokens, a few words. It is stored as JSON. */
export type Metadata = { readonly [name: string]: JsonValue | undefined }
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | Metadata

/** What a step made: the version of its data, and facts worth remembering (1 KB is plenty, 16 KB the most). */
export type Done<M> = { kind: 'done'; dataVersion: string; metadata: M }
/** Nothing can be done before the instant. The run stays open as a row; no process is needed meanwhile. */
export type Waiting = { kind: 'waiting'; until: Date; because: string }
/** A person must decide before it goes on. */
export type Held = { kind: 'held'; because: string; hint: string }
/** How a step ends when it does not fail; failing is throwing. */
export type Outcome<M> = Done<M> | Waiting | Held

/** @param made.dataVersion  equal for equal data, whenever and however often it was made: what is below runs by it. */
export function done<M>(made: { dataVersion: string; metadata: M }): Done<M> {
  return { kind: 'done', ...made }
}

/** @param until  when the step should run again; one in the past means soon. */
export function waiting(until: Date, because: string): Waiting {
  return { kind: 'waiting', until, because }
}

/** @param hint  what the person can look at or type, as a sentence. */
export function held(because: string, hint: string): Held {
  return { kind: 'held', because, hint }
}

/** The latest version of an input, with the metadata it was recorded with. */
export type Input<M> = { dataVersion: string; metadata: M }

/** What whoever works ahead gets beside the resources of its pipeline. */
export type AheadContext = {
  runId: number
  clock: Clock
  signal: AbortSignal
}

/** What every step gets beside the resources of its pipeline. */
export type StepContext = AheadContext & {
  /** The code version that the asset was last materialized with; undefined when it never was. */
  lastCodeVersion: string | undefined
  /** Whether a person asked to make it even though nothing changed. */
  isForced: boolean
  /** Says that a piece of what is being made is on record, for what is below to work ahead with. Returns at once. */
  handOn(): void
}

/** Data that is made elsewhere and looked at: a folder, a configuration. */
export type Source<R = never, M = unknown> = {
  kind: 'source'
  key: string
  describe: string
  /** A `change` in the metadata ("1 new, 2 replaced") is quoted where it makes something stale. */
  observe(context: R & Pick<StepContext, 'clock' | 'signal'>): Promise<{ dataVersion: string; metadata: M }>
}

/** Data that this pipeline makes from its inputs. */
export type Asset<R = never, M = unknown> = {
  kind: 'asset'
  key: string
  describe: string
  /** Goes up when the same inputs would make something else. */
  codeVersion: string
  needs: Readonly<Record<string, Source<R> | Asset<R>>>
  /** Work that no version shows, as a sentence ("3 requests wait for another try"); undefined when there is none. Cheap. */
  pending?(db: Db): Promise<string | undefined>
  /**
   * Does what can be done already while an input is still being made, with what of it is on record. Called in a run that
   * makes both, never twice at once, and not again in that step once it failed or said that it is `enough`. Whatever it leaves, `materialize` does as if
   * nothing had been done ahead; a kill at any point must be as safe as there.
   */
  workAhead?(context: R & AheadContext): Promise<void | 'enough'>
  /** May be run again after a kill at any point, and then makes what it would have made. */
  materialize(inputs: Record<string, Input<unknown>>, context: R & StepContext): Promise<Outcome<M>>
}

/** A node of the graph. */
export type Node<R = never> = Source<R> | Asset<R>

type MetadataOf<N> = N extends { observe(...args: never): Promise<{ metadata: infer M }> }
  ? M
  : N extends { materialize(...args: never): Promise<Outcome<infer M>> }
    ? M
    : never

type Inputs<Needs> = { [Name in keyof Needs]: Input<MetadataOf<Needs[Name]>> }

/** The two functions that declare what a pipeline is made of, bound to the resources that its steps work with. */
export function assetKit<R>() {
  return {
    defineSource<M extends Metadata>(source: Omit<Source<R, M>, 'kind'>): Source<R, M> {
      return { kind: 'source', ...source }
    },

    defineAsset<M extends Metadata, Needs extends Record<string, Node<R>>>(
      asset: Omit<Asset<R, M>, 'kind' | 'needs' | 'materialize'> & {
        needs: Needs
        materialize(inputs: Inputs<Needs>, context: R & StepContext): Promise<Outcome<M>>
      },
    ): Asset<R, M> {
      // The engine passes the inputs that `needs` names, read back with the metadata that those recorded.
      return { kind: 'asset', ...asset } as Asset<R, M>
    },
  }
}
