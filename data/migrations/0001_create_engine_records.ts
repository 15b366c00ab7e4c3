import { type Migration, runStatements } from './migration.js'

/** What the engine remembers: runs and their steps, materializations, observations, and who may execute. */
export const createEngineRecords: Migration = {
  name: '0001_create_engine_records',
  up: (trx) =>
    runStatements(
      trx,
      `
      create table runs (
        id integer primary key,
        selection text not null,
        trigger text not null,
        state text not null check (state in
          ('queued', 'running', 'waiting', 'done', 'failed', 'held', 'interrupted')),
        is_forced integer not null default 0 check (is_forced in (0, 1)),
        request_limit integer check (request_limit > 0),
        started_at text not null,
        finished_at text,
        error_code text,
        error text,
        successor_id integer references runs,
        check ((state in ('queued', 'running', 'waiting')) = (finished_at is null))
      ) strict

      create index runs_by_state on runs (state, id)

      create table materializations (
        id integer primary key,
        asset_key text not null,
        run_id integer not null references runs,
        code_version text not null,
        data_version text not null,
        input_versions text not null check (json_valid(input_versions)),
        metadata text not null check (json_valid(metadata)),
        because text not null,
        materialized_at text not null
      ) strict

      create index materializations_by_asset on materializations (asset_key, id)

      create trigger materializations_are_append_only before update on materializations
      begin select raise(abort, 'materializations are append-only'); end

      create trigger materializations_are_kept before delete on materializations
      begin select raise(abort, 'materializations are append-only'); end

      create table steps (
        id integer primary key,
        run_id integer not null references runs,
        asset_key text not null,
        round integer not null check (round >= 1),
        state text not null check (state in
          ('running', 'waiting', 'done', 'failed', 'held', 'interrupted')),
        because text not null,
        hint text,
        error_code text,
        waiting_until text,
        started_at text not null,
        finished_at text,
        materialization_id integer references materializations,
        check ((state in ('running', 'waiting')) = (finished_at is null)),
        check ((state = 'waiting') = (waiting_until is not null)),
        check ((state = 'done') = (materialization_id is not null))
      ) strict

      create unique index one_live_step_per_asset on steps (run_id, asset_key)
        where state in ('running', 'waiting')

      create index steps_by_run on steps (run_id, id)

      create index steps_by_asset on steps (asset_key, id)

      create table observations (
        id integer primary key,
        source_key text not null,
        data_version text not null,
        previous_version text,
        metadata text not null check (json_valid(metadata)),
        first_observed_at text not null,
        observed_at text not null
      ) strict

      create index observations_by_source on observations (source_key, id)

      create table leases (
        name text primary key,
        role text not null check (role in ('run', 'daemon')),
        holder text not null,
        host text not null,
        pid integer not null,
        taken_at text not null,
        expires_at text not null
      ) strict
      `,
    ),
}
