import { defineListing } from '../listing-command.js'

export const posts = defineListing({
  command: 'posts',
  describe: 'List the grouped posts: what they show, and how many of their images are described',
  examples: [['$0 posts --json | head -1', 'The first post with all its analyses']],
  async load() {
    const [{ listPostRecords }, { postListing }] = await Promise.all([
      import('../../data/records/posts.js'),
      import('../../reports/post-listing.js'),
    ])
    return {
      read: (db, after: string | undefined, count) =>
        listPostRecords(db, { afterKey: after ?? '', limit: count }),
      keyOf: ({ key }) => key,
      listing: postListing,
    }
  },
})
