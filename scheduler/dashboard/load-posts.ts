import type { PostRecord } from '../../assets/post/post-record.js'
import {
  type FacetName,
  type Facets,
  facetNames,
  facetPrefix,
  facetTerm,
  isMatch,
  searchQuery,
  valuesOf,
} from '../../assets/post/search-text.js'
import type { Db } from '../../data/database.js'
import { findPicturesOfPosts } from '../../data/records/picture-records.js'
import {
  type FoundPost,
  countFoundPosts,
  countSearchable,
  countTerms,
  findPosts,
} from '../../data/records/post-search.js'
import type { FacetCounts, PostImageRow, PostRow, PostsPage } from '../../reports/gallery-wire.js'

const PAGE_POSTS = 24
/** Of a post with more, as many are sent; those that fit what is looked for come first. */
const IMAGES_SHOWN = 24
const MOST_IMAGES = 2_000
/** Beyond that the exact number is worth less than the time to count it. */
const TOTAL_COUNTED = 10_000

export type PostsWanted = { text: string; facets: Facets; afterId: number }

/** A page of the posts that fit, with the pictures that fit marked. */
export async function loadPosts(db: Db, { text, facets, afterId }: PostsWanted): Promise<PostsPage> {
  const query = searchQuery(text, facets)
  const found = await findPosts(db, query, { afterId, limit: PAGE_POSTS + 1 })
  const shown = found.slice(0, PAGE_POSTS)
  const total =
    query === undefined
      ? (await countSearchable(db)).grouped
      : await countFoundPosts(db, query, TOTAL_COUNTED + 1)
  return {
    posts: await postRows(db, shown, facets, IMAGES_SHOWN),
    total: query === undefined ? total : Math.min(total, TOTAL_COUNTED),
    is_total_cut: query !== undefined && total > TOTAL_COUNTED,
    next: found.length > PAGE_POSTS ? shown.at(-1)!.id : null,
  }
}

/** One post with all of its pictures, up to a number that a page can hold; undefined when there is none. */
export async function loadPost(db: Db, postId: number, facets: Facets): Promise<PostRow | undefined> {
  const [post] = await findPosts(db, undefined, { afterId: postId - 1, limit: 1 })
  if (post?.id !== postId) return undefined
  return (await postRows(db, [post], facets, MOST_IMAGES))[0]
}

/** In how many posts each value of each facet is, the most frequent first; those in none are left out. */
export async function loadFacets(db: Db): Promise<FacetCounts> {
  const facets: FacetCounts = {}
  for (const name of facetNames) facets[name] = await countValues(db, name)
  return facets
}

async function countValues(db: Db, name: FacetName): Promise<{ value: string; posts: number }[]> {
  const counts = new Map((await countTerms(db, facetPrefix(name))).map(({ term, posts }) => [term, posts]))
  return valuesOf(name)
    .map((value) => ({ value, posts: counts.get(facetTerm(name, value)) ?? 0 }))
    .filter(({ posts }) => posts > 0)
    .sort((a, b) => b.posts - a.posts)
}

async function postRows(
  db: Db,
  posts: readonly FoundPost[],
  facets: Facets,
  imagesShown: number,
): Promise<PostRow[]> {
  const pictures = await findPicturesOfPosts(
    db,
    posts.map(({ id }) => id),
  )
  const byPlace = new Map(pictures.map((picture) => [`${picture.post_id} ${picture.path}`, picture]))
  return posts.map(({ id, record }) => {
    const { post_id, columns, summary, images } = JSON.parse(record) as PostRecord
    const rows = images.flatMap((image): PostImageRow[] => {
      // Gone since it was grouped.
      const picture = byPlace.get(`${id} ${image.image}`)
      if (!picture) return []
      const { position, state, reason, analysis } = image
      return [
        {
          ...{ id: picture.id, image: image.image, position, state, reason, analysis },
          detail: reason === null ? null : (picture.detail ?? picture.request_detail),
          ...{ width: picture.width, height: picture.height },
          version: picture.sha256?.slice(0, 12) ?? null,
          is_match: isMatch(analysis, state, facets),
        },
      ]
    })
    const first = rows.length > imagesShown ? rows.toSorted((a, b) => +b.is_match - +a.is_match) : rows
    return {
      ...{ id, post_id, columns, image_count: images.length },
      summary: { description: summary.description, palette: summary.palette },
      images: first.slice(0, imagesShown),
    }
  })
}
