import type { SizeCount } from '../../data/records/pictures.js'

/** At most so many of the pictures, of each size as large a part as of all; the same when all fit. Pure. */
export function takePictures(sizes: readonly SizeCount[], limit: number): SizeCount[] {
  const all = sizes.reduce((sum, { pictures }) => sum + pictures, 0)
  if (all <= limit) return [...sizes]
  const taken: SizeCount[] = []
  let [seen, left] = [0, limit]
  for (const size of sizes) {
    seen += size.pictures
    const pictures = Math.round((seen / all) * limit) - (limit - left)
    left -= pictures
    if (pictures > 0) taken.push({ ...size, pictures })
  }
  return taken
}
