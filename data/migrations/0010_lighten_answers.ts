import { type Migration, runStatements } from './migration.js'

/**
 * Takes from each answer what costs a third of storing it and tells nothing: whether its body is JSON (it was made as JSON), and that
 * the sums over its request are to be forgotten (its request becomes `answered` with it, which forgets them).
 */
export const lightenAnswers: Migration = {
  name: '0010_lighten_answers',
  up: (trx) =>
    runStatements(
      trx,
      `
      create table light_answers (
        request_id integer primary key references requests,
        body text not null,
        digest text not null,
        model text not null,
        batch_id integer not null references batches,
        answered_at text not null
      ) strict

      insert into light_answers select * from answers order by request_id

      drop table answers

      alter table light_answers rename to answers

      create trigger answers_deleted after delete on answers
        begin delete from kept_sums where kind = 'requests' and block = (old.request_id) >> 8; end
      `,
    ),
}
