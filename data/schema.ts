import type { Insertable, Selectable } from 'kysely'
import type {
  RunsTable,
  StepsTable,
  MaterializationsTable,
  ObservationsTable,
  LeasesTable,
} from './schema/engine-tables.js'
import type {
  TicksTable,
  SchedulesTable,
  WebhookDeliveriesTable,
  ActionsTable,
} from './schema/scheduler-tables.js'
import type {
  PostsTable,
  ImagesTable,
  FoldersTable,
  KeptSumsTable,
  PostSearchTable,
  PostSearchTermsTable,
} from './schema/image-tables.js'
import type {
  AccountsTable,
  RecipesTable,
  RequestsTable,
  PartsTable,
  BatchesTable,
  AnswersTable,
  FailuresTable,
  StrayLinesTable,
  ChargesTable,
  ChargeSumsView,
  CallsTable,
  LearnedLimitsTable,
} from './schema/batch-tables.js'

/** Every table of a home's database, as Kysely sees it. The truth about columns is in `migrations/`. */
export type Schema = {
  runs: RunsTable
  steps: StepsTable
  materializations: MaterializationsTable
  observations: ObservationsTable
  leases: LeasesTable
  ticks: TicksTable
  schedules: SchedulesTable
  webhook_deliveries: WebhookDeliveriesTable
  actions: ActionsTable
  accounts: AccountsTable
  posts: PostsTable
  post_search: PostSearchTable
  post_search_terms: PostSearchTermsTable
  images: ImagesTable
  folders: FoldersTable
  kept_sums: KeptSumsTable
  recipes: RecipesTable
  requests: RequestsTable
  parts: PartsTable
  batches: BatchesTable
  answers: AnswersTable
  failures: FailuresTable
  stray_lines: StrayLinesTable
  charges: ChargesTable
  charge_sums: ChargeSumsView
  calls: CallsTable
  learned_limits: LearnedLimitsTable
}

export type Row<T extends keyof Schema> = Selectable<Schema[T]>
export type NewRow<T extends keyof Schema> = Insertable<Schema[T]>
