import { decode } from './decoder.js'

const QUALITY = 76

/**
 * A copy to look at: turned upright, scaled down (never up) into a square of this side, in WebP, and nothing but pixels.
 * Undefined for bytes that cannot be decoded.
 */
export async function copyPicture(bytes: Buffer, maxSidePx: number): Promise<Buffer | undefined> {
  try {
    return await decode(bytes)
      .autoOrient()
      .resize({ width: maxSidePx, height: maxSidePx, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .webp({ quality: QUALITY, effort: 2 })
      .toBuffer()
  } catch {
    return undefined
  }
}
