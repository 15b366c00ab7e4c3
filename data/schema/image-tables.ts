import type { Generated } from 'kysely'

export type PostsTable = {
  id: Generated<number>
  key: string
  /** JSON of the grouped post; null until it was grouped. */
  record: string | null
  record_digest: string | null
  /** 1 while an image or an answer of it changed after it was grouped. */
  touched: Generated<number>
  grouped_at: string | null
  /** 1 once its record can be searched. */
  is_searchable: Generated<number>
}

/** The full-text index over grouped posts: no text is kept in it, only which post holds which word and facet. */
export type PostSearchTable = {
  rowid: number
  words: string
  facets: string
}

/** Every term of that index, and in how many posts it is. */
export type PostSearchTermsTable = {
  term: string
  doc: number
  cnt: number
}

export const imageStates = ['usable', 'skipped'] as const
export type ImageState = (typeof imageStates)[number]

export type ImagesTable = {
  id: Generated<number>
  /** Relative to the source's root, or an https URL; bytes that are not UTF-8 are escaped. */
  path: string
  post_id: number
  position: number
  /** JSON object: the manifest's further columns. */
  columns: string
  state: ImageState
  reason: string | null
  detail: string | null
  /** Hex digest of the file's bytes; null when they were never read. */
  sha256: string | null
  format: string | null
  width: number | null
  height: number | null
  /** The stat cache: size, times and inode as text; empty when the picture must be read again. */
  stat: string
  /** The observation (a running number) that saw it last. */
  seen: number
  /** The request that describes it under the recipe in force; null until the tasks file was planned. */
  request_id: number | null
  /** The folder that lists it; null for pictures of a manifest. */
  folder_id: Generated<number | null>
  /** Of its request; kept by the database. */
  recipe_id: Generated<number | null>
}

export type FoldersTable = {
  id: Generated<number>
  /** As in the paths of its pictures; empty for the top folder. */
  path: string
  /** Of its listing, once everything in it is on record; empty while that must be looked at again. */
  digest: string
}

export type KeptSumsTable = {
  kind: 'images' | 'posts' | 'requests'
  block: number
  /** JSON. Gone as soon as a row of the block changes. */
  sums: string
}
