import { type Migration, runStatements } from './migration.js'

/** What people asked for beside runs, and what the posts are searched by. */
export const createDashboardRecords: Migration = {
  name: '0007_create_dashboard_records',
  up: (trx) =>
    runStatements(
      trx,
      `
      create table actions (
        id integer primary key,
        kind text not null check (kind in ('materialize', 'cancel', 'retry', 'adopt', 'resubmit')),
        arguments text not null check (json_valid(arguments)),
        asked_by text not null check (asked_by in ('command', 'page')),
        state text not null check (state in ('queued', 'running', 'done', 'failed')),
        asked_at text not null,
        finished_at text,
        outcome text check (json_valid(outcome)),
        error_code text,
        error text,
        hint text,
        check ((state in ('queued', 'running')) = (finished_at is null)),
        check ((state = 'failed') = (error is not null))
      ) strict

      create index actions_by_state on actions (state, id)

      alter table posts add column is_searchable integer not null default 0 check (is_searchable in (0, 1))

      create index posts_grouped on posts (is_searchable, id) where record is not null

      create virtual table post_search using fts5 (
        words, facets, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
      )

      create virtual table post_search_terms using fts5vocab (post_search, 'row')

      create trigger posts_leave_search after delete on posts when old.is_searchable = 1
      begin delete from post_search where rowid = old.id; end
      `,
    ),
}
