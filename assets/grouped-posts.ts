import { countTouchedPosts, touchAllPosts } from '../data/records/posts.js'
import { done } from '../pipeline/engine/asset.js'
import { defineAsset } from './fashion-kit.js'
import { images } from './images.js'
import { groupTouchedPosts } from './post/group-posts.js'
import { POST_RECORD_VERSION } from './post/post-record.js'
import { versionOfPosts } from './request/versions.js'
import { results } from './results.js'

/** One record a post: its images in order, their analyses, and what they show together. */
export const groupedPosts = defineAsset({
  key: 'grouped_posts',
  describe: 'One record a post: its images in order, their analyses, and a summary.',
  codeVersion: POST_RECORD_VERSION,
  needs: { images, results },

  async pending(db) {
    const posts = await countTouchedPosts(db)
    if (posts === 0) return undefined
    return posts === 1
      ? '1 post changed since it was grouped'
      : `${posts} posts changed since they were grouped`
  },

  async materialize(_inputs, { db, clock, signal, isForced, lastCodeVersion }) {
    if (isForced || lastCodeVersion !== POST_RECORD_VERSION) await touchAllPosts(db)
    const grouped = await groupTouchedPosts(db, clock.now(), signal)
    const { dataVersion, posts } = await versionOfPosts(db)
    return done({ dataVersion, metadata: { posts, ...grouped } })
  },
})
