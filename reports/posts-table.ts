import { formatCount } from './numbers.js'
import { formatTable, type Column } from './table.js'

/** What of a grouped post a table shows. */
export type ListedPost = {
  post_id: string
  summary: { description: string; palette: string[] }
  images: { state: string }[]
}

const columns: Column[] = [
  { title: 'post' },
  { title: 'images', align: 'right' },
  { title: 'described', align: 'right' },
  { title: 'what it shows' },
  { title: 'palette' },
]

const PALETTE_SHOWN = 4

/** Posts as a table, in the order given. @param width  of a line, in characters. */
export function formatPosts(posts: readonly ListedPost[], width?: number): string {
  return formatTable(
    columns,
    posts.map(({ post_id, summary, images }) => [
      post_id,
      formatCount(images.length),
      formatCount(images.filter(({ state }) => state === 'described').length),
      summary.description,
      summary.palette.slice(0, PALETTE_SHOWN).join(', '),
    ]),
    width,
  )
}
