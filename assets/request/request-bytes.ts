import type { Catalogue } from '../../data/catalogue/catalogue.js'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { sumParts } from '../../data/records/parts.js'
import { findSpreadImages } from '../../data/records/pictures.js'
import { isRefusal } from '../intake/file-facts.js'
import { placesOf } from '../intake/image-place.js'
import { preparePicture } from '../picture/prepare-picture.js'
import { readPicture } from '../picture/read-picture.js'
import type { Settings } from '../settings.js'
import { lineWriter } from './request-template.js'

/** How many bytes a line of a tasks file takes, in the parts of the recipe so far; undefined when there are none. */
export async function measuredRequestBytes(db: Db, recipeId: number): Promise<number | undefined> {
  const { bytes, requests } = await sumParts(db, recipeId)
  return requests === 0 ? undefined : bytes / requests
}

/**
 * The same by preparing a few pictures from all over the list, as they would be sent.
 *
 * @returns  the mean, and how many could be prepared; of none, zeros.
 */
export async function sampleRequestBytes(
  count: number,
  { db, home, settings, catalogue }: { db: Db; home: Home; settings: Settings; catalogue: Catalogue },
): Promise<{ bytes: number; pictures: number }> {
  const write = lineWriter(settings, catalogue)
  const { max_side_px: maxSidePx, jpeg_quality: quality } = settings
  const placeOf = placesOf(settings.images, home.fetched)
  let [bytes, pictures] = [0, 0]
  for (const { path } of await findSpreadImages(db, count)) {
    const read = readPicture(placeOf(path))
    if (!read.ok) continue
    const picture = await preparePicture(read.bytes, { maxSidePx, quality })
    if (isRefusal(picture)) continue
    bytes += write({ id: 0, fingerprint: '' }, picture.jpeg).length
    pictures++
  }
  return { bytes: pictures === 0 ? 0 : bytes / pictures, pictures }
}
