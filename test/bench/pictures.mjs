// Pictures as phones and shops make them: no two have the same bytes.
import { mkdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'

const PHOTOS = ['black-top', 'blue-jeans', 'mint-hoodie', 'navy-polo', 'red-jacket', 'white-polo']
const IN_A_FOLDER = 10
/** Of the decoded noise that makes a picture as large as a photo of that size. */
const NOISE = 14

/** Writes so many JPEGs of a width and height, ten to a folder, and returns their paths relative to it. */
export async function writePictures(folder, count, { width, height, quality }) {
  const originals = await Promise.all(PHOTOS.map((name) => photo(name, { width, height, quality })))
  const paths = []
  for (let index = 0; index < count; index++) {
    const place = `post-${Math.floor(index / IN_A_FOLDER)}`
    if (index % IN_A_FOLDER === 0) mkdirSync(join(folder, place), { recursive: true })
    // A comment is no pixel; it makes the bytes another picture's.
    const original = originals[index % originals.length]
    const comment = Buffer.from(`\xff\xfe\x00\x10${String(index).padStart(14, '0')}`, 'latin1')
    const path = `${place}/${(index % IN_A_FOLDER) + 1}.jpg`
    writeFileSync(join(folder, path), Buffer.concat([original.subarray(0, 2), comment, original.subarray(2)]))
    paths.push(path)
  }
  return paths
}

async function photo(name, { width, height, quality }) {
  const bytes = await readFile(new URL(`../photos/${name}.jpg`, import.meta.url))
  const noise = {
    create: {
      width,
      height,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: NOISE },
    },
  }
  const grain = await sharp(noise).png().toBuffer()
  const resized = await sharp(bytes).resize(width, height, { fit: 'cover' }).toBuffer()
  return sharp(resized)
    .composite([{ input: grain, blend: 'soft-light' }])
    .jpeg({ quality })
    .toBuffer()
}
