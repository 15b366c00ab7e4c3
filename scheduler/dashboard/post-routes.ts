import { type Context, Hono } from 'hono'
import { type Facets, facetNames, searchText, valuesOf } from '../../assets/post/search-text.js'
import type { PostRecord } from '../../assets/post/post-record.js'
import type { Db } from '../../data/database.js'
import { addSearchTexts, findUnsearchablePosts } from '../../data/records/post-search.js'
import { loadFacets, loadPost, loadPosts } from './load-posts.js'
import { loadImage, loadRequest } from './load-image.js'
import { idOf, notFound } from './route-values.js'
import type { Thumbnails } from './thumbnails.js'

/** More is no word that anybody types. */
const MAX_TEXT = 200
const POSTS_AT_ONCE = 200

/** The gallery: posts, what they can be filtered by, and their pictures, each by its id. */
export function postRoutes(db: Db, thumbnails: Thumbnails): Hono {
  const route = new Hono()
  route.get('/posts', async (c) => {
    const facets = facetsOf(c)
    if (!facets) return notFound(c, 'one of the values that are looked for does not exist')
    const text = (c.req.query('text') ?? '').slice(0, MAX_TEXT)
    const afterId = Number(c.req.query('after') ?? 0)
    return c.json(await loadPosts(db, { text, facets, afterId: Number.isSafeInteger(afterId) ? afterId : 0 }))
  })
  route.get('/posts/:id', async (c) => {
    const post = await loadPost(db, idOf(c), facetsOf(c) ?? {})
    return post ? c.json(post) : notFound(c, 'no such post')
  })
  route.get('/facets', async (c) => c.json(await loadFacets(db)))
  route.get('/images/:id', async (c) => {
    const image = await loadImage(db, idOf(c))
    return image ? c.json(image) : notFound(c, 'no such image')
  })
  route.get('/images/:id/request', async (c) => {
    const request = await loadRequest(db, idOf(c))
    return request ? c.json(request) : notFound(c, 'nothing was asked about this image yet')
  })
  for (const kind of ['thumb', 'view'] as const) {
    route.get(`/images/:id/${kind}`, async (c) => {
      const copy = await thumbnails.copyOf(idOf(c), kind)
      if (copy.kind === 'none') return notFound(c, copy.because)
      c.header('content-type', 'image/webp')
      c.header('cache-control', 'private, max-age=31536000, immutable')
      return c.body(new Uint8Array(copy.bytes))
    })
  }
  return route
}

/** What is chosen; undefined when a value is none of its vocabulary. */
function facetsOf(c: Context): Facets | undefined {
  const facets: Facets = {}
  for (const name of facetNames) {
    const value = c.req.query(name)
    if (value === undefined || value === '') continue
    if (!valuesOf(name).includes(value)) return undefined
    facets[name] = value
  }
  return facets
}

/**
 * Makes some posts searchable that an older version grouped; says whether any were left. A few at a time, because it holds the
 * write lock.
 */
export async function makeSearchable(db: Db): Promise<boolean> {
  const posts = await findUnsearchablePosts(db, POSTS_AT_ONCE)
  if (posts.length === 0) return false
  await addSearchTexts(
    db,
    posts.map(({ id, record }) => ({ id, ...searchText(JSON.parse(record) as PostRecord) })),
  )
  return true
}
