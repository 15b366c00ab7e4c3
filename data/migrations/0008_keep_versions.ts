import { type Migration, runStatements } from './migration.js'

/**
 * Lets a change cost what changed. Sums over 256 neighbouring rows are kept, and forgotten by whatever changes one of them;
 * a folder whose listing is as it was is known by one digest; and which recipe a picture is asked under stands beside it.
 */
export const keepVersions: Migration = {
  name: '0008_keep_versions',
  up: async (trx) => {
    await runStatements(trx, tables)
    await runStatements(
      trx,
      [...forgetting('images'), ...forgetting('posts'), ...forgetting('requests')].join('\n\n'),
    )
  },
}

const tables = `
  create table kept_sums (
    kind text not null check (kind in ('images', 'posts', 'requests')),
    block integer not null,
    sums text not null check (json_valid(sums)),
    primary key (kind, block)
  ) strict, without rowid

  create table folders (
    id integer primary key,
    path text not null unique,
    digest text not null
  ) strict

  alter table images add column folder_id integer

  create index images_by_folder on images (folder_id, seen)

  alter table images add column recipe_id integer

  update images set recipe_id = (select recipe_id from requests where requests.id = images.request_id)

  create index images_by_recipe on images (recipe_id, id) where state = 'usable'

  create trigger images_follow_requests after update of request_id on images when old.request_id is not new.request_id
  begin update images set recipe_id = (select recipe_id from requests where requests.id = new.request_id) where id = new.id; end

  create trigger images_begin_with_requests after insert on images when new.request_id is not null
  begin update images set recipe_id = (select recipe_id from requests where requests.id = new.request_id) where id = new.id; end

  drop index requests_by_part

  create index requests_by_part on requests (part_id)
`

type Kind = 'images' | 'posts' | 'requests'

/** What the sums of a row are made of; nothing else in it makes them wrong. */
const summed: Record<Kind, string> = {
  images: 'path, post_id, position, columns, state, sha256, reason',
  posts: 'record_digest',
  requests: 'state, attempts, reason',
}

function forgetting(kind: Kind): string[] {
  const forget = (what: Kind, id: string): string =>
    `delete from kept_sums where kind = '${what}' and block = (${id}) >> 8;`
  const triggers = [
    `create trigger ${kind}_inserted after insert on ${kind} begin ${forget(kind, 'new.id')} end`,
    `create trigger ${kind}_deleted after delete on ${kind} begin ${forget(kind, 'old.id')} end`,
    `create trigger ${kind}_changed after update of ${summed[kind]} on ${kind} begin ${forget(kind, 'new.id')} end`,
  ]
  if (kind === 'requests') {
    // Which answer a request has, and whether a picture asks for it, stands elsewhere.
    const both = `${forget(kind, 'old.request_id')} ${forget(kind, 'new.request_id')}`
    triggers.push(
      `create trigger answers_inserted after insert on answers begin ${forget(kind, 'new.request_id')} end`,
      `create trigger answers_deleted after delete on answers begin ${forget(kind, 'old.request_id')} end`,
      `create trigger images_asking after insert on images when new.request_id is not null
        begin ${forget(kind, 'new.request_id')} end`,
      `create trigger images_asked after delete on images when old.request_id is not null
        begin ${forget(kind, 'old.request_id')} end`,
      `create trigger images_asking_else after update of request_id, state, sha256 on images begin ${both} end`,
    )
  }
  return triggers
}
