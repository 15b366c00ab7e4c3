import { type Migration, runStatements } from './migration.js'

/** A run that a daemon takes from the queue knows whether its few requests are to stand for the others. */
export const recordSpread: Migration = {
  name: '0009_record_spread',
  up: (trx) =>
    runStatements(
      trx,
      `
      alter table runs add column is_spread integer not null default 0 check (is_spread in (0, 1))
      `,
    ),
}
