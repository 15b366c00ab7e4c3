import * as z from 'zod'

const days = (most: number) => z.number().min(0).max(most)

/** The `retention` section of a home's config: for how many days what is kept. Everything has a default. */
export const retentionSchema = z.strictObject({
  /** Tasks files hold every picture; counted from when their answers were stored. */
  task_files_days: days(3_650).default(7),
  /** Results files are the provider's own words, a backup of what is in the database. */
  results_days: days(3_650).default(90),
  ticks_days: days(3_650).default(30),
  /** Runs that made nothing, and steps; materializations are kept for ever. */
  runs_days: days(3_650).default(180),
})

export type Retention = z.infer<typeof retentionSchema>
