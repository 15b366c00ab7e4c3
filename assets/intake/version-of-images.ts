import type { Db } from '../../data/database.js'
import { listImages } from '../../data/records/images.js'
import { SetSum } from '../../pipeline/engine/versions.js'

const PAGE_IMAGES = 10_000

/** The data version of all images on record; the order in which they were found does not matter. */
export async function versionOfImages(db: Db): Promise<string> {
  const sum = new SetSum()
  let afterId = 0
  while (true) {
    const page = await listImages(db, { afterId, limit: PAGE_IMAGES })
    for (const { path, post, position, columns, sha256, reason } of page) {
      sum.add([path, post, String(position), columns, sha256 ?? '', reason ?? ''])
    }
    const last = page.at(-1)
    if (!last) return sum.hex()
    afterId = last.id
  }
}
