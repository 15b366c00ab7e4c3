import type { ListedImage } from '../data/records/images.js'
import type { Listing } from './listing.js'

/** An image counts as skipped, too, when its request alone breaks a limit of the provider. */
function stateOf(image: ListedImage): { state: string; reason: string | null; detail: string | null } {
  const { state, reason, detail } = image
  if (state === 'skipped') return { state, reason, detail }
  switch (image.request_state) {
    case 'skipped':
    case 'failed':
      return { state: image.request_state, reason: image.request_reason, detail: image.request_detail }
    case 'answered':
      return { state: 'described', reason: null, detail: null }
    default:
      return { state: 'usable', reason: null, detail: null }
  }
}

export const imageListing: Listing<ListedImage> = {
  columns: [
    { title: 'post' },
    { title: '#', align: 'right' },
    { title: 'image' },
    { title: 'state' },
    { title: 'reason' },
  ],
  cells(image) {
    const { state, reason, detail } = stateOf(image)
    const why = reason === null ? '' : `${reason}: ${detail ?? ''}`
    return [image.post, String(image.position), image.path, state, why]
  },
  json(listed) {
    const { path: image, post: post_id, position, sha256, format, width, height, columns } = listed
    return {
      image,
      post_id,
      position,
      ...stateOf(listed),
      format,
      width,
      height,
      sha256,
      columns: JSON.parse(columns) as object,
    }
  },
  empty: 'No images. Look for them with: hemline materialize --images FOLDER',
}
