import type { Generated } from 'kysely'

export type AccountsTable = {
  id: Generated<number>
  base_url: string
  key_digest: string
  created_at: string
}

export type RecipesTable = {
  id: Generated<number>
  digest: string
  model: string
  profile: string
  /** JSON: model, profile, prompt, response schema, parameters, image encoding. */
  body: string
  created_at: string
}

/**
 * `pending`: wanted, in no file. `in_part`: written into a tasks file. `submitted`: in a batch at the provider.
 * `answered`, `failed` (for good) and `skipped` (its line breaks a limit alone, or cannot be made) end it.
 */
export const requestStates = ['pending', 'in_part', 'submitted', 'answered', 'failed', 'skipped'] as const
export type RequestState = (typeof requestStates)[number]

export type RequestsTable = {
  id: Generated<number>
  recipe_id: number
  /** First 40 hex characters of the SHA-256 over the recipe and the picture's bytes. */
  fingerprint: string
  state: RequestState
  /** How often it was written into a part that the provider took. */
  attempts: Generated<number>
  part_id: number | null
  reason: string | null
  detail: string | null
  /** 1 while it is pending because somebody cancelled its batch: only a run that a person starts asks it again. */
  is_cancelled: Generated<number>
  /** Prompt tokens, and those of the picture among them, as they were estimated when it was last written into a part. */
  estimated_input_tokens: number | null
  image_tokens: number | null
}

export type PartState = 'built' | 'submitted' | 'collected' | 'withdrawn'

export type PartsTable = {
  id: Generated<number>
  recipe_id: number
  /** Both name the file: `fashion_batch_<stamp>_<number>.jsonl`. */
  stamp: string
  number: number
  /** Relative to the home. */
  path: string
  /** Of the custom ids of its lines, a line feed after each: they name all that is in them. */
  sha256: string
  state: PartState
  requests: number
  bytes: number
  estimated_tokens: number
  created_at: string
  /** When the file was removed because its answers had long been stored; null while it is kept. */
  file_deleted_at: string | null
}

/**
 * `intended`: written down, perhaps uploaded. `uploaded`: the file is at the provider. `open`: the batch is there.
 * `ended`: over at the provider, to be collected. `held`: in doubt, a person decides. `collected`, `rejected` end it.
 */
export type BatchState = 'intended' | 'uploaded' | 'open' | 'ended' | 'held' | 'collected' | 'rejected'

/** The provider has, or may have, something of ours that is not settled yet. */
export const liveBatchStates = [
  'intended',
  'uploaded',
  'open',
  'ended',
  'held',
] as const satisfies BatchState[]

/**
 * How requests are sent: in a `batch` at the provider, or one by one from here (`individual`, or `flex`: cheaper and slower).
 * One by one, the batch is a record of ours alone, and its lines are answered into the same result files.
 */
export const lanes = ['batch', 'individual', 'flex'] as const
export type Lane = (typeof lanes)[number]

export type BatchesTable = {
  id: Generated<number>
  part_id: number
  lane: Generated<Lane>
  account_id: number
  key: string
  state: BatchState
  /** Why it is held or was rejected; the last doubt while it is being resolved. */
  because: string | null
  input_file_id: string | null
  provider_batch_id: string | null
  /** The provider's own word, also one that we do not know. */
  status: string | null
  intended_at: string
  /** When the create call was last sent; after that the batch may exist even if no answer came. */
  create_sent_at: string | null
  /** The first look after that which did not find it; null while none was made, or it was found. */
  missed_at: string | null
  /** 1 while nothing but a person can move it on: the provider does not know it, or keeps what it counts to itself. */
  is_stuck: Generated<number>
  created_at: string | null
  expires_at: string | null
  status_since: string | null
  polled_at: string | null
  next_poll_at: string | null
  failed_polls: Generated<number>
  requests_total: Generated<number>
  requests_completed: Generated<number>
  requests_failed: Generated<number>
  output_file_id: string | null
  error_file_id: string | null
  ended_at: string | null
  collected_at: string | null
  /** JSON: how many lines ended in which outcome; null until collected. */
  tally: string | null
  /** JSON of the provider's own usage sum, when it gives one. */
  usage: string | null
  /** What it was expected to cost when it was sent; null for one that was sent before this was noted. */
  estimated_cost_nano_usd: number | null
  /** Calls that were in the air when a process ended: they may have been answered, and charged, to nobody. */
  lost_calls: Generated<number>
}

/** A call that was begun one by one, and has no outcome yet. */
export type CallsTable = {
  batch_id: number
  request_id: number
  sent_at: string
}

export type AnswersTable = {
  request_id: number
  /** Canonical JSON of the full analysis. */
  body: string
  digest: string
  /** The model snapshot that answered. */
  model: string
  batch_id: number
  answered_at: string
}

export type FailuresTable = {
  id: Generated<number>
  request_id: number
  batch_id: number
  attempt: number
  code: string
  message: string
  is_retryable: number
  failed_at: string
}

export type StrayLinesTable = {
  batch_id: number
  file: 'output' | 'error'
  line: number
  kind: 'nonsense' | 'repeated' | 'foreign'
  excerpt: string
}

export type ChargesTable = {
  id: Generated<number>
  batch_id: number
  request_id: number
  model: string
  input_tokens: number
  cached_tokens: number
  output_tokens: number
  reasoning_tokens: number
  /** Which dated price priced it. */
  price: string
  cost_nano_usd: number
  charged_at: string
}

/** What the charges of one batch, by one model, come to; a view. */
export type ChargeSumsView = {
  batch_id: number
  model: string
  requests: number
  input_tokens: number
  cached_tokens: number
  output_tokens: number
  reasoning_tokens: number
  cost_nano_usd: number
  /** Null where one of the charges was not estimated. Tokens of pictures are a part of those of the input. */
  estimated_input_tokens: number | null
  estimated_image_tokens: number | null
}

export type LearnedLimitsTable = {
  account_id: number
  model: string
  /** Prompt tokens that may wait at the provider at once, as it said when it rejected a batch. */
  enqueued_tokens: number
  learned_at: string
}
