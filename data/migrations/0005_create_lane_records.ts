import { type Migration, runStatements } from './migration.js'

/** How requests are sent, what they are expected to cost, and which of them only a person may ask again. */
export const createLaneRecords: Migration = {
  name: '0005_create_lane_records',
  up: (trx) =>
    runStatements(
      trx,
      `
      alter table batches add column lane text not null default 'batch' check (lane in ('batch', 'individual', 'flex'))

      alter table batches add column estimated_cost_nano_usd integer

      alter table batches add column lost_calls integer not null default 0

      alter table runs add column method text check (method in ('auto', 'batch', 'individual', 'flex'))

      alter table runs add column max_cost_nano_usd integer check (max_cost_nano_usd >= 0)

      alter table requests add column is_cancelled integer not null default 0 check (is_cancelled in (0, 1))

      alter table requests add column estimated_input_tokens integer

      alter table requests add column image_tokens integer

      create table calls (
        batch_id integer not null references batches,
        request_id integer not null references requests,
        sent_at text not null,
        primary key (batch_id, request_id)
      ) strict, without rowid
      `,
    ),
}
