import type { Term } from '../analysis/vocabulary.js'
import type { Picture } from './picture.js'

/** What can be measured of a picture's technical quality. Lightness and contrast are in OKLab, 0 to 1. */
export type PictureQuality = {
  grade: Term<'quality'>
  light: 'dimly lit' | 'unevenly lit' | 'evenly lit'
}

const LOW_SHORT_SIDE = 200
const HIGH_SHORT_SIDE = 600
const DIM_LIGHTNESS = 0.6
const LOW_CONTRAST = 0.15
const LOW_SHARPNESS = 0.3
const UNEVEN_LIGHTNESS = 0.15

/**
 * Grades a picture: low when it is small, dim, flat or blurred so much that it shows at 64 pixels; high from 600 pixels
 * on the shorter side when none of these holds.
 *
 * @param mask  1 where the item is; the evenness of the light is judged around it.
 */
export function measureQuality(picture: Picture, mask: Uint8Array): PictureQuality {
  const sorted = picture.pixels.l.toSorted()
  const lightest = sorted[Math.floor(sorted.length * 0.98)] ?? 0
  const darkest = sorted[Math.floor(sorted.length * 0.02)] ?? 0
  const contrast = lightest - darkest
  const isDim = lightest < DIM_LIGHTNESS
  const isPoor =
    isDim ||
    picture.originalShortSide < LOW_SHORT_SIDE ||
    contrast < LOW_CONTRAST ||
    edgeContrast(picture) / contrast < LOW_SHARPNESS
  return {
    grade: isPoor ? 'low' : picture.originalShortSide < HIGH_SHORT_SIDE ? 'medium' : 'high',
    light: isDim ? 'dimly lit' : unevenness(picture, mask) > UNEVEN_LIGHTNESS ? 'unevenly lit' : 'evenly lit',
  }
}

/** The lightness step from pixel to pixel that only one percent of all steps exceed. */
function edgeContrast({ width, pixels: { l } }: Picture): number {
  const steps = l.map((value, index) => {
    const right = (index + 1) % width === 0 ? value : (l[index + 1] ?? value)
    const below = l[index + width] ?? value
    return Math.max(Math.abs(right - value), Math.abs(below - value))
  })
  return steps.toSorted()[Math.floor(steps.length * 0.99)] ?? 0
}

/** How much the mean lightness of the surroundings differs between the quarters of the picture. */
function unevenness({ width, height, pixels: { l } }: Picture, mask: Uint8Array): number {
  const quarters = Array.from({ length: 4 }, () => ({ sum: 0, size: 0 }))
  l.forEach((value, index) => {
    if (mask[index] === 1) return
    const isRight = index % width >= width / 2
    const isLower = Math.floor(index / width) >= height / 2
    const quarter = quarters[(isRight ? 1 : 0) + (isLower ? 2 : 0)] as (typeof quarters)[number]
    quarter.sum += value
    quarter.size += 1
  })
  const means = quarters.filter(({ size }) => size > 0).map(({ sum, size }) => sum / size)
  return means.length === 0 ? 0 : Math.max(...means) - Math.min(...means)
}
