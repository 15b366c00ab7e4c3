import type { Generated, Insertable, Selectable } from 'kysely'

/** Every table of a home's database, as Kysely sees it. The truth about columns is in `migrations/`. */
export type Schema = {
  runs: RunsTable
  steps: StepsTable
  materializations: MaterializationsTable
  observations: ObservationsTable
  leases: LeasesTable
  accounts: AccountsTable
  posts: PostsTable
  images: ImagesTable
  recipes: RecipesTable
  requests: RequestsTable
  parts: PartsTable
  batches: BatchesTable
  answers: AnswersTable
  failures: FailuresTable
  stray_lines: StrayLinesTable
  charges: ChargesTable
}

/** `running`: a process works on it. `waiting`: nothing to do until the provider has moved; no process is needed. */
export type RunState = 'running' | 'waiting' | 'done' | 'failed' | 'held' | 'interrupted'

type RunsTable = {
  id: Generated<number>
  /** The selected keys in the graph's order, joined by commas; `*` for all. */
  selection: string
  /** Who asked: `person`, later also the clock. */
  trigger: string
  state: RunState
  started_at: string
  finished_at: string | null
  error_code: string | null
  error: string | null
}

export type StepState = 'running' | 'waiting' | 'done' | 'failed' | 'held' | 'interrupted'

type StepsTable = {
  id: Generated<number>
  run_id: number
  asset_key: string
  /** 1 for the first pass over the graph; a run makes another when collecting left rows worth another try. */
  round: number
  state: StepState
  /** Why it runs; once it left off without making anything, why it did. A sentence. */
  because: string
  /** What a person can do about it; of held and failed steps. */
  hint: string | null
  error_code: string | null
  waiting_until: string | null
  started_at: string
  finished_at: string | null
  materialization_id: number | null
}

type MaterializationsTable = {
  id: Generated<number>
  asset_key: string
  run_id: number
  code_version: string
  data_version: string
  /** JSON object: input key -> the data version it had. */
  input_versions: string
  /** JSON object of counts, bytes, tokens, cost. */
  metadata: string
  /** Why it was made; a sentence. */
  because: string
  materialized_at: string
}

type ObservationsTable = {
  id: Generated<number>
  source_key: string
  data_version: string
  /** The data version seen before it, which a `change` in the metadata is relative to; null for the first. */
  previous_version: string | null
  metadata: string
  /** When this data version was seen first, and last; equal looks in a row share one record. */
  first_observed_at: string
  observed_at: string
}

type LeasesTable = {
  name: string
  holder: string
  host: string
  pid: number
  taken_at: string
  expires_at: string
}

type AccountsTable = {
  id: Generated<number>
  base_url: string
  key_digest: string
  created_at: string
}

type PostsTable = {
  id: Generated<number>
  key: string
  /** JSON of the grouped post; null until it was grouped. */
  record: string | null
  record_digest: string | null
  /** 1 while an image or an answer of it changed after it was grouped. */
  touched: Generated<number>
  grouped_at: string | null
}

export const imageStates = ['usable', 'skipped'] as const
export type ImageState = (typeof imageStates)[number]

type ImagesTable = {
  id: Generated<number>
  /** Relative to the source's root, or an https URL; bytes that are not UTF-8 are escaped. */
  path: string
  post_id: number
  position: number
  /** JSON object: the manifest's further columns. */
  columns: string
  state: ImageState
  reason: string | null
  detail: string | null
  /** Hex digest of the file's bytes; null when they were never read. */
  sha256: string | null
  format: string | null
  width: number | null
  height: number | null
  /** The stat cache: size, times and inode as text; empty when the picture must be read again. */
  stat: string
  /** The observation (a running number) that saw it last. */
  seen: number
  /** The request that describes it under the recipe in force; null until the tasks file was planned. */
  request_id: number | null
}

type RecipesTable = {
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
 * `answered`, `failed` (for good) and `skipped` (its line breaks a limit alone) end it.
 */
export const requestStates = ['pending', 'in_part', 'submitted', 'answered', 'failed', 'skipped'] as const
export type RequestState = (typeof requestStates)[number]

type RequestsTable = {
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
}

export type PartState = 'built' | 'submitted' | 'collected' | 'withdrawn'

type PartsTable = {
  id: Generated<number>
  recipe_id: number
  /** Both name the file: `fashion_batch_<stamp>_<number>.jsonl`. */
  stamp: string
  number: number
  /** Relative to the home. */
  path: string
  sha256: string
  state: PartState
  requests: number
  bytes: number
  estimated_tokens: number
  created_at: string
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

type BatchesTable = {
  id: Generated<number>
  part_id: number
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
}

type AnswersTable = {
  request_id: number
  /** Canonical JSON of the full analysis. */
  body: string
  digest: string
  /** The model snapshot that answered. */
  model: string
  batch_id: number
  answered_at: string
}

type FailuresTable = {
  id: Generated<number>
  request_id: number
  batch_id: number
  attempt: number
  code: string
  message: string
  is_retryable: number
  failed_at: string
}

type StrayLinesTable = {
  batch_id: number
  file: 'output' | 'error'
  line: number
  kind: 'nonsense' | 'repeated' | 'foreign'
  excerpt: string
}

type ChargesTable = {
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

export type Row<T extends keyof Schema> = Selectable<Schema[T]>
export type NewRow<T extends keyof Schema> = Insertable<Schema[T]>
