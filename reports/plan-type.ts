import type { Lane } from '../data/schema/batch-tables.js'
import type { Forecast } from '../pipeline/engine/forecast.js'

/** What some requests take and cost. Tokens are those of all of them; costs are in billionths of a dollar, by lane. */
export type CostEstimate = {
  requests: number
  text_tokens: number
  image_tokens: number
  output_tokens: number
  cost_nano_usd: Record<Lane, number>
  /** How many earlier answers tell how long answers are, and how the input is counted; 0: formulas alone do. */
  measured_by: number
  /** In which part of the costs they lie with 95 % confidence; null where nothing was measured. */
  interval: { low: number; high: number } | null
}

/** A way to ask about the pictures on record, and what is left to do in it. */
export type PlannedMethod = {
  /** Profile and lane, as `compact/batch`. */
  method: string
  lane: Lane
  is_chosen: boolean
  /** Pictures that have an answer in it already: they cost nothing. */
  answered: number
  estimate: CostEstimate
}

/** A model and how closely it looks, for all pictures, whether they were asked about with it or not. */
export type PlannedModel = {
  model: string
  detail: string
  is_chosen: boolean
  /** Tokens of one picture, on average. */
  image_tokens_each: number
  /** Pictures that have its answer already. */
  answered: number
  estimate: CostEstimate
  /** When it ends, where that is near. */
  note: string | null
}

/** A batch that is not settled yet. */
export type LiveBatch = { batch: string | null; part: string; state: string; what: string }

/** What a run would do now, and what that would cost. Nothing of it was sent. */
export type Plan = {
  images: string
  provider: string
  model: string
  detail: string
  profile: string
  method: string
  /** When the pictures were last looked at; null when they never were. */
  observed_at: string | null
  /** False where another process works in the home, so that they were not looked at now. */
  is_observed_now: boolean
  assets: Forecast[]
  /** Whether the selected assets send anything at all. */
  is_sending: boolean
  pictures: {
    usable: number
    skipped: number
    posts: number
    /** Usable images with the same bytes as another: they cost nothing. */
    duplicates: number
    answered: number
    under_way: number
    failed: number
    to_ask: number
    /** Of those to ask: in a tasks file already. */
    in_parts: number
  }
  /** What the answers at hand would cost if they had to be bought, in the chosen way; and the duplicates. */
  reuse_worth_nano_usd: number
  methods: PlannedMethod[]
  models: PlannedModel[]
  parts: {
    count: number
    bytes: number
    /** How many pictures were prepared to tell the bytes; 0: the parts before tell. */
    bytes_measured_on: number
    /** Prompt tokens that may wait at once; null where no limit is known. */
    window_tokens: number | null
    /** How many times the window is filled, one after the other. */
    windows: number
    latest_finish_seconds: number
    /** By how long the batches before took; null without any. */
    usual_finish_seconds: number | null
  } | null
  live: LiveBatch[]
  /** Why it would be held, with what would let it go; null when it would not. */
  held: { because: string; hint: string } | null
  warnings: string[]
}
