import sharp, { type Sharp } from 'sharp'
import { maxPixels } from './picture-format.js'

// Measured on two cores: several pictures at a time with one thread each are the fastest, and a cache of decoded
// pictures that are never seen twice only costs memory.
sharp.concurrency(1)
sharp.cache(false)

/**
 * The first frame of a picture, to be read once from top to bottom. Only missing data makes decoding fail: many a
 * photo on the web has flaws that no viewer minds.
 */
export function decode(bytes: Buffer): Sharp {
  return sharp(bytes, { failOn: 'truncated', limitInputPixels: maxPixels, sequentialRead: true })
}

/** What a picture's header says; no pixel is decoded, whatever their number. Rejects when there is no header. */
export function readHeader(bytes: Buffer): ReturnType<Sharp['metadata']> {
  return sharp(bytes, { failOn: 'truncated', limitInputPixels: false }).metadata()
}
