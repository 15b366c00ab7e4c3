import type { Colors, Oklab } from './oklab.js'

/** What the light of a scene does to its colours: `gain` brings the lightest part near white, a and b are the cast. */
export type SceneLight = { gain: number; a: number; b: number }

const WHITE_LIGHTNESS = 0.94
const MAX_GAIN = 1.22
/** Surroundings with more colour than this are coloured, rather than grey in coloured light. */
const MAX_CAST = 0.035
const MIN_WALL_LIGHTNESS = 0.55
/** Walls, sheets and floors are seldom quite neutral, so only half of their colour is taken for the light's. */
const CAST_SHARE = 0.5

/**
 * Estimates the light from the lightest two percent of the picture, and from the surroundings where they are pale and
 * nearly grey, as walls and sheets are.
 *
 * @param background  the mean colour around the item.
 */
export function estimateLight(pixels: Colors, background: Oklab): SceneLight {
  const lightest = pixels.l.toSorted()[Math.floor(pixels.size * 0.98)] ?? WHITE_LIGHTNESS
  const gain = Math.min(MAX_GAIN, Math.max(1, WHITE_LIGHTNESS / Math.max(lightest, 0.01)))
  const isNearGrey = Math.hypot(background.a, background.b) < MAX_CAST
  if (!isNearGrey || background.l < MIN_WALL_LIGHTNESS) return { gain, a: 0, b: 0 }
  return { gain, a: background.a * CAST_SHARE, b: background.b * CAST_SHARE }
}

/** The colour as it would look in full white light. Dark colours send little light, so they change less. */
export function inWhiteLight({ l, a, b }: Oklab, light: SceneLight): Oklab {
  const share = l * l
  return {
    l: Math.min(1, l * (1 + (light.gain - 1) * l)),
    a: a - light.a * share,
    b: b - light.b * share,
  }
}
