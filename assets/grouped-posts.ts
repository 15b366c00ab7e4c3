import { countTouchedPosts, touchAllPosts } from '../data/records/posts.js'
import { done } from '../pipeline/engine/asset.js'
import { defineAsset } from './fashion-kit.js'
import { images } from './images.js'
import { versionOfPosts } from './request/versions.js'
import { results } from './results.js'

/** Goes up when a post's record would come out different for the same answers. */
const CODE_VERSION = '1'

/** One record a post: its images in order, their analyses, and what they show together. */
export const groupedPosts = defineAsset({
  key: 'grouped_posts',
  describe: 'One record a post: its images in order, their analyses, and a summary.',
  codeVersion: CODE_VERSION,
  needs: { images, results },

  async pending(db) {
    const posts = await countTouchedPosts(db)
    if (posts === 0) return undefined
    return posts === 1
      ? '1 post changed since it was grouped'
      : `${posts} posts changed since they were grouped`
  },

  async materialize(_inputs, { db, clock, signal, isForced, lastCodeVersion }) {
    if (isForced || lastCodeVersion !== CODE_VERSION) await touchAllPosts(db)
    const { groupTouchedPosts } = await import('./post/group-posts.js')
    const grouped = await groupTouchedPosts(db, clock.now(), signal)
    const { dataVersion, posts } = await versionOfPosts(db)
    return done({ dataVersion, metadata: { posts, ...grouped } })
  },
})
