import { type Migration, runStatements } from './migration.js'

/** What the clock decided, how far each schedule has been handled, and what the provider told us unasked. */
export const createSchedulerRecords: Migration = {
  name: '0004_create_scheduler_records',
  up: (trx) =>
    runStatements(
      trx,
      `
      create table ticks (
        id integer primary key,
        state text not null check (state in ('started', 'done', 'failed')),
        at text not null,
        last_at text not null,
        times integer not null default 1 check (times >= 1),
        observes text not null check (json_valid(observes)),
        decisions text not null check (json_valid(decisions)),
        run_id integer references runs,
        error text,
        finished_at text,
        check ((state = 'started') = (finished_at is null))
      ) strict

      create index ticks_by_state on ticks (state, id, times)

      create table schedules (
        asset_key text primary key,
        cron text not null,
        time_zone text not null,
        handled_until text not null
      ) strict

      create table webhook_deliveries (
        id text primary key,
        type text not null,
        batch text not null,
        received_at text not null
      ) strict

      create table learned_limits (
        account_id integer not null references accounts,
        model text not null,
        enqueued_tokens integer not null check (enqueued_tokens > 0),
        learned_at text not null,
        primary key (account_id, model)
      ) strict, without rowid
      `,
    ),
}
