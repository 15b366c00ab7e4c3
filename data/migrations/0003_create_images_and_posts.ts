import { type Migration, runStatements } from './migration.js'

/** The pictures that were found, and the posts that they belong to. */
export const createImagesAndPosts: Migration = {
  name: '0003_create_images_and_posts',
  up: (trx) =>
    runStatements(
      trx,
      `
      create table posts (
        id integer primary key,
        key text not null unique,
        record text check (json_valid(record)),
        record_digest text,
        touched integer not null default 1 check (touched in (0, 1)),
        grouped_at text,
        check ((record is null) = (record_digest is null))
      ) strict

      create index posts_touched on posts (id) where touched = 1

      create table images (
        id integer primary key,
        path text not null,
        post_id integer not null references posts,
        position integer not null check (position >= 1),
        columns text not null check (json_valid(columns)),
        state text not null check (state in ('usable', 'skipped')),
        reason text,
        detail text,
        sha256 text,
        format text,
        width integer,
        height integer,
        stat text not null,
        seen integer not null,
        request_id integer references requests,
        unique (post_id, path),
        check ((state = 'skipped') = (reason is not null)),
        check ((state = 'usable') <= (sha256 is not null))
      ) strict

      create index images_by_post on images (post_id, position)

      create index images_by_request on images (request_id)

      create index images_by_seen on images (seen)

      create index images_skipped on images (id) where state = 'skipped'
      `,
    ),
}
