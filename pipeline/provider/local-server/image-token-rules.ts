import { RespondError } from './respond.js'

/** How closely a picture is to be looked at; `auto` when the request does not say. */
export const imageDetails = ['auto', 'low', 'high', 'original'] as const
export type ImageDetail = (typeof imageDetails)[number]

type Size = { width: number; height: number }

/** Pictures are cut into tiles of 512 pixels a side; a low detail costs the base alone. */
type TileRule = { base: number; tile: number }

/** Pictures are cut into patches of 32 pixels a side, after being made to fit. */
type PatchRule = {
  /** Tokens for 100 patches. */
  tokensPer100: number
  fit: Record<ImageDetail, PatchFit>
}

type PatchFit = {
  /** The picture is made smaller until its longer side has at most so many pixels. */
  longestSide?: number
  /** And then until it has at most so many patches. */
  mostPatches?: number
  /** With more patches than that the request is refused. */
  refusedAbove?: number
}

const TILE_SIDE = 512
const PATCH_SIDE = 32

const gpt4o: TileRule = { base: 85, tile: 170 }
const gpt5: TileRule = { base: 70, tile: 140 }
const o1: TileRule = { base: 75, tile: 150 }

const smallGpt5: PatchRule['fit'] = sameForAll({ mostPatches: 1536 })
const gpt52: PatchRule['fit'] = sameForAll({ mostPatches: 6144, longestSide: 2048 })
const gpt54: PatchRule['fit'] = {
  low: { mostPatches: 6144, longestSide: 2048 },
  high: { mostPatches: 2500, longestSide: 2048 },
  auto: { mostPatches: 2500, longestSide: 2048 },
  original: { mostPatches: 10_000, longestSide: 6000 },
}
const gpt56: PatchRule['fit'] = {
  low: { longestSide: 512 },
  high: { mostPatches: 2500, longestSide: 2048 },
  auto: {},
  original: {},
}
const gpt6: PatchRule['fit'] = {
  low: { longestSide: 512 },
  high: { mostPatches: 2500, longestSide: 2048 },
  auto: { refusedAbove: 30_000 },
  original: { refusedAbove: 30_000 },
}

/**
 * How each model counts pictures: the guide "Images and vision" and its calculator, as read in 2026-11. Assumed are
 * that gpt-6-luna and gpt-6-sol count like gpt-6-astra, and the longest side for gpt-5.4 at low and for gpt-6 at high.
 */
const rules: Record<string, TileRule | PatchRule> = {
  'gpt-4o': gpt4o,
  'gpt-4.1': gpt4o,
  'gpt-4o-mini': { base: 2833, tile: 5667 },
  'gpt-5': gpt5,
  'gpt-5.1': gpt5,
  o1,
  o3: o1,
  'gpt-4.1-mini': { tokensPer100: 162, fit: gpt52 },
  'gpt-5-mini': { tokensPer100: 120, fit: smallGpt5 },
  'gpt-5-nano': { tokensPer100: 150, fit: smallGpt5 },
  'gpt-5.2': { tokensPer100: 120, fit: gpt52 },
  'gpt-5.4': { tokensPer100: 120, fit: gpt54 },
  'gpt-5.4-mini': { tokensPer100: 120, fit: gpt54 },
  'gpt-5.4-nano': { tokensPer100: 120, fit: gpt54 },
  'gpt-5.6-sol': { tokensPer100: 120, fit: gpt56 },
  'gpt-5.6-terra': { tokensPer100: 120, fit: gpt56 },
  'gpt-5.6-luna': { tokensPer100: 120, fit: gpt56 },
  'gpt-6-astra': { tokensPer100: 120, fit: gpt6 },
  'gpt-6-luna': { tokensPer100: 120, fit: gpt6 },
  'gpt-6-sol': { tokensPer100: 120, fit: gpt6 },
}

/**
 * The tokens that one picture costs a model. A dated name (`gpt-4o-2024-08-06`) counts like the model it is a copy of.
 *
 * @throws RespondError 404 when the model is not known, 400 when it refuses a picture of this size.
 */
export function countImageTokens(model: string, picture: Size, detail: ImageDetail): number {
  const rule = ruleOf(model)
  return 'tile' in rule ? tileTokens(rule, picture, detail) : patchTokens(rule, picture, detail)
}

/** @throws RespondError 404 when the model is not known. */
export function requireModel(model: string): void {
  ruleOf(model)
}

function ruleOf(model: string): TileRule | PatchRule {
  const name = model.replace(/-\d{4}-\d{2}-\d{2}$/, '')
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  if (rule) return rule
  const message = `The model '${model}' does not exist on this server; it knows ${Object.keys(rules).join(', ')}.`
  throw new RespondError({ status: 404, code: 'model_not_found', message, param: 'model' })
}

/** Into 2048 pixels a side, then to a short side of 768, both only down; sides are not rounded before tiles are counted. */
function tileTokens({ base, tile }: TileRule, picture: Size, detail: ImageDetail): number {
  if (detail === 'low') return base
  const short = Math.min(picture.width, picture.height)
  const fitted = fitLongSide(picture, 2048)
  const isStillLarge = Math.min(fitted.width, fitted.height) > 768
  // From the picture's own sides, as scaling the scaled ones again would add up rounding errors, and so a tile.
  const { width, height } = isStillLarge ? scale(picture, 768, short) : fitted
  return base + tile * Math.ceil(width / TILE_SIDE) * Math.ceil(height / TILE_SIDE)
}

function patchTokens({ tokensPer100, fit }: PatchRule, picture: Size, detail: ImageDetail): number {
  const { longestSide = Infinity, mostPatches = Infinity, refusedAbove = Infinity } = fit[detail]
  const patches = countPatches(fitPatches(fitLongSide(picture, longestSide), mostPatches))
  if (patches > refusedAbove) throw tooManyPatches(picture, patches, refusedAbove)
  // In whole numbers: 1.2 has no exact binary value, and a rounding error could add a token.
  return Math.ceil((patches * tokensPer100) / 100)
}

function countPatches({ width, height }: Size): number {
  return Math.ceil(width / PATCH_SIDE) * Math.ceil(height / PATCH_SIDE)
}

function fitLongSide(size: Size, longest: number): Size {
  const long = Math.max(size.width, size.height)
  return long <= longest ? size : scale(size, longest, long)
}

/**
 * Makes the picture smaller by the square root of what it has too much, and then a little more, until one of its sides is
 * a whole number of patches.
 */
function fitPatches(size: Size, mostPatches: number): Size {
  if (countPatches(size) <= mostPatches) return size
  const ratio = Math.sqrt((PATCH_SIDE * PATCH_SIDE * mostPatches) / (size.width * size.height))
  const columns = (size.width * ratio) / PATCH_SIDE
  const rows = (size.height * ratio) / PATCH_SIDE
  const fitted = ratio * Math.min(Math.floor(columns) / columns, Math.floor(rows) / rows)
  // What is left of the short side of a very long picture still takes a patch.
  const side = (pixels: number) => Math.max(1, Math.floor(pixels * fitted))
  return { width: side(size.width), height: side(size.height) }
}

/** Scales by `to / from`; a side that comes out whole comes out exact, as only the quotient is rounded. */
function scale({ width, height }: Size, to: number, from: number): Size {
  return { width: (width * to) / from, height: (height * to) / from }
}

function sameForAll(fit: PatchFit): PatchRule['fit'] {
  return { auto: fit, low: fit, high: fit, original: fit }
}

function tooManyPatches({ width, height }: Size, patches: number, most: number): RespondError {
  const message = `A picture of ${width} x ${height} has ${patches} patches; at most ${most} are accepted.`
  return new RespondError({ status: 400, code: 'image_too_large', message, param: 'messages' })
}
