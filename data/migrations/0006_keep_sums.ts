import { type Migration, runStatements } from './migration.js'

/**
 * Keeps what each collected batch was charged, since nothing is ever added to it: sums over the ledger take as long as there
 * are batches, not charges. (A cross join keeps SQLite from looking at the charges first.) And finds pictures by their bytes, for plans, along an index alone.
 */
export const keepSums: Migration = {
  name: '0006_keep_sums',
  up: (trx) =>
    runStatements(
      trx,
      `
      create table collected_charges (
        batch_id integer not null references batches,
        model text not null,
        requests integer not null check (requests > 0),
        input_tokens integer not null,
        cached_tokens integer not null,
        output_tokens integer not null,
        reasoning_tokens integer not null,
        cost_nano_usd integer not null,
        estimated_input_tokens integer,
        estimated_image_tokens integer,
        primary key (batch_id, model)
      ) strict, without rowid

      create view charges_by_batch as
        select charges.batch_id, charges.model, count(*) as requests,
          sum(charges.input_tokens) as input_tokens, sum(charges.cached_tokens) as cached_tokens,
          sum(charges.output_tokens) as output_tokens, sum(charges.reasoning_tokens) as reasoning_tokens,
          sum(charges.cost_nano_usd) as cost_nano_usd,
          iif(count(*) = count(requests.estimated_input_tokens), sum(requests.estimated_input_tokens), null)
            as estimated_input_tokens,
          iif(count(*) = count(requests.image_tokens), sum(requests.image_tokens), null) as estimated_image_tokens
        from batches
          cross join charges on charges.batch_id = batches.id
          cross join requests on requests.id = charges.request_id
        where batches.id not in (select batch_id from collected_charges)
        group by charges.batch_id, charges.model

      create view charge_sums as
        select * from collected_charges union all select * from charges_by_batch

      insert into collected_charges
        select * from charges_by_batch where batch_id in (select id from batches where state = 'collected')

      create index images_by_picture on images (sha256, width, height) where state = 'usable'
      `,
    ),
}
