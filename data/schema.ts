import type { Insertable, Selectable } from 'kysely'
import type {
  RunsTable,
  StepsTable,
  MaterializationsTable,
  ObservationsTable,
  LeasesTable,
} from './schema/engine-tables.js'
import type { TicksTable, SchedulesTable, WebhookDeliveriesTable } from './schema/scheduler-tables.js'
import type { PostsTable, ImagesTable, FoldersTable, KeptSumsTable } from './schema/image-tables.js'
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
  accounts: AccountsTable
  posts: PostsTable
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
