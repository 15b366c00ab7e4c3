import sharp from 'sharp'

import { HemlineError } from '../../pipeline/errors.js'
import { oklabOf, type Colors } from './oklab.js'

/** The picture could not be decoded: truncated, damaged, or no picture at all. */
export class UnreadableImageError extends HemlineError {
  constructor(cause: unknown) {
    super({
      code: 'unreadable_image',
      message: `the picture cannot be decoded: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'open the file in a viewer, and export or download it again',
      cause,
    })
    this.name = 'UnreadableImageError'
  }
}

/** A small upright copy of a picture. */
export type Picture = {
  width: number
  height: number
  /** `width * height` colours, row by row. */
  pixels: Colors
  /** The shorter side of the original in pixels. */
  originalShortSide: number
}

/** Enough to tell fabric from floor, and few enough to count every pixel several times in some milliseconds. */
const LONG_SIDE = 64

/**
 * Decodes a picture (any format that sharp reads; the first page of several), turned upright, in sRGB, on white where it
 * is transparent, at most 64 pixels on its longer side.
 *
 * Throws `UnreadableImageError`.
 */
export async function loadPicture(bytes: Buffer): Promise<Picture> {
  try {
    const image = sharp(bytes)
    const { width: originalWidth, height: originalHeight } = await image.metadata()
    const { data, info } = await image
      .autoOrient()
      .resize(LONG_SIDE, LONG_SIDE, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true })
    return {
      width: info.width,
      height: info.height,
      pixels: pixelsOf(data, info.channels),
      originalShortSide: Math.min(originalWidth, originalHeight),
    }
  } catch (error) {
    throw new UnreadableImageError(error)
  }
}

function pixelsOf(data: Buffer, channels: number): Colors {
  const size = data.length / channels
  const colors = { size, l: new Float32Array(size), a: new Float32Array(size), b: new Float32Array(size) }
  for (let index = 0; index < size; index += 1) {
    const [first = 0, second = first, third = first] = data.subarray(index * channels, (index + 1) * channels)
    const color = channels < 3 ? oklabOf(first, first, first) : oklabOf(first, second, third)
    colors.l[index] = color.l
    colors.a[index] = color.a
    colors.b[index] = color.b
  }
  return colors
}
