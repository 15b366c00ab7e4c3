import { type Mask, makeMask } from '../pipeline/mask.js'

/** The variables whose values nobody may read in a log, a file or the database. */
export const SECRET_NAMES = [
  'OPENAI_API_KEY',
  'HEMLINE_UPSTREAM_KEY',
  'OPENAI_WEBHOOK_SECRET',
  'HEMLINE_NOTIFY_SECRET',
  'HEMLINE_DASHBOARD_TOKEN',
] as const

/** A mask for the secrets of this environment, as it is now. */
export function maskSecretsOf(env: NodeJS.ProcessEnv): Mask {
  return makeMask(SECRET_NAMES.map((name) => env[name]))
}
