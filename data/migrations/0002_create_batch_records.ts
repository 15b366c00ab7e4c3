import { type Migration, runStatements } from './migration.js'

/** What was asked, where it is, what came back and what it cost. */
export const createBatchRecords: Migration = {
  name: '0002_create_batch_records',
  up: (trx) =>
    runStatements(
      trx,
      `
      create table accounts (
        id integer primary key,
        base_url text not null,
        key_digest text not null,
        created_at text not null,
        unique (base_url, key_digest)
      ) strict

      create table recipes (
        id integer primary key,
        digest text not null unique,
        model text not null,
        profile text not null,
        body text not null check (json_valid(body)),
        created_at text not null
      ) strict

      create table parts (
        id integer primary key,
        recipe_id integer not null references recipes,
        stamp text not null,
        number integer not null,
        path text not null unique,
        sha256 text not null,
        state text not null check (state in ('built', 'submitted', 'collected', 'withdrawn')),
        requests integer not null check (requests > 0),
        bytes integer not null check (bytes > 0),
        estimated_tokens integer not null,
        created_at text not null,
        file_deleted_at text,
        unique (stamp, number)
      ) strict

      create index parts_by_state on parts (state, id)

      create table requests (
        id integer primary key,
        recipe_id integer not null references recipes,
        fingerprint text not null unique check (length(fingerprint) = 40),
        state text not null check (state in ('pending', 'in_part', 'submitted', 'answered', 'failed', 'skipped')),
        attempts integer not null default 0 check (attempts >= 0),
        part_id integer references parts,
        reason text,
        detail text,
        check ((state in ('in_part', 'submitted')) <= (part_id is not null)),
        check ((state in ('failed', 'skipped')) <= (reason is not null))
      ) strict

      create index requests_by_state on requests (state, id)

      create index requests_by_part on requests (part_id, state)

      create table batches (
        id integer primary key,
        part_id integer not null references parts,
        account_id integer not null references accounts,
        key text not null unique,
        state text not null check (state in
          ('intended', 'uploaded', 'open', 'ended', 'held', 'collected', 'rejected')),
        because text,
        input_file_id text,
        provider_batch_id text unique,
        status text,
        intended_at text not null,
        create_sent_at text,
        created_at text,
        expires_at text,
        status_since text,
        polled_at text,
        next_poll_at text,
        missed_at text,
        is_stuck integer not null default 0 check (is_stuck in (0, 1)),
        failed_polls integer not null default 0,
        requests_total integer not null default 0,
        requests_completed integer not null default 0,
        requests_failed integer not null default 0,
        output_file_id text,
        error_file_id text,
        ended_at text,
        collected_at text,
        tally text check (json_valid(tally)),
        usage text check (json_valid(usage)),
        check ((state in ('open', 'ended', 'collected')) <= (provider_batch_id is not null)),
        check ((state = 'collected') <= (tally is not null))
      ) strict

      create unique index one_live_batch_per_part on batches (part_id)
        where state in ('intended', 'uploaded', 'open', 'ended', 'held')

      create index batches_by_state on batches (state, id)

      create table answers (
        request_id integer primary key references requests,
        body text not null check (json_valid(body)),
        digest text not null,
        model text not null,
        batch_id integer not null references batches,
        answered_at text not null
      ) strict

      create table failures (
        id integer primary key,
        request_id integer not null references requests,
        batch_id integer not null references batches,
        attempt integer not null,
        code text not null,
        message text not null,
        is_retryable integer not null check (is_retryable in (0, 1)),
        failed_at text not null,
        unique (batch_id, request_id)
      ) strict

      create index failures_by_request on failures (request_id)

      create table stray_lines (
        batch_id integer not null references batches,
        file text not null check (file in ('output', 'error')),
        line integer not null,
        kind text not null check (kind in ('nonsense', 'repeated', 'foreign')),
        excerpt text not null,
        primary key (batch_id, file, line)
      ) strict, without rowid

      create table charges (
        id integer primary key,
        batch_id integer not null references batches,
        request_id integer not null references requests,
        model text not null,
        input_tokens integer not null check (input_tokens >= 0),
        cached_tokens integer not null check (cached_tokens between 0 and input_tokens),
        output_tokens integer not null check (output_tokens >= 0),
        reasoning_tokens integer not null check (reasoning_tokens between 0 and output_tokens),
        price text not null,
        cost_nano_usd integer not null check (cost_nano_usd >= 0),
        charged_at text not null,
        unique (batch_id, request_id)
      ) strict

      create index charges_by_request on charges (request_id)
      `,
    ),
}
