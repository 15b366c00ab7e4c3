import type { Listing } from './listing.js'
import { formatCount } from './numbers.js'

/** What of a grouped post a table shows. */
type ListedPost = {
  post_id: string
  summary: { description: string; palette: string[] }
  images: { state: string }[]
}

const PALETTE_SHOWN = 4

/** Grouped posts, each as the record that is stored of it. */
export const postListing: Listing<{ key: string; record: string }> = {
  columns: [
    { title: 'post' },
    { title: 'images', align: 'right' },
    { title: 'described', align: 'right' },
    { title: 'what it shows' },
    { title: 'palette' },
  ],
  cells({ record }) {
    const { post_id: post, summary, images } = JSON.parse(record) as ListedPost
    const described = images.filter(({ state }) => state === 'described').length
    const palette = summary.palette.slice(0, PALETTE_SHOWN).join(', ')
    return [post, formatCount(images.length), formatCount(described), summary.description, palette]
  },
  json: ({ record }) => JSON.parse(record) as object,
  empty: 'No posts yet. Make them with: hemline materialize',
}
