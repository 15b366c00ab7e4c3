import type { Detail, ImageRule, PatchFit, TileRule } from './model-row.js'

type Size = { width: number; height: number }

const PATCH_PX = 32
const TILE_PX = 512
const TILE_MAX_SIDE_PX = 2_048
const TILE_SHORT_SIDE_PX = 768

/**
 * How many input tokens a picture of this size (px, both at least 1) counts for. Pure.
 *
 * Source: OpenAI, "Images and vision", calculating costs (2026-11). It says itself that rounding may differ by a token.
 */
export function imageTokens(rule: ImageRule, size: Size, detail: Detail): number {
  return rule.family === 'tile'
    ? tileTokens(rule, size, detail)
    : Math.ceil(Number((patchesOf(size, rule.fit[detail]) * rule.multiplier).toFixed(6)))
}

/** Fit into 2,048 px, then the short side to 768 px, both only down; then count tiles of 512 px. */
function tileTokens({ base, perTile }: TileRule, size: Size, detail: Detail): number {
  if (detail === 'low') return base
  const fitted = scaleDown(size, TILE_MAX_SIDE_PX / Math.max(size.width, size.height))
  const shown = scaleDown(fitted, TILE_SHORT_SIDE_PX / Math.min(fitted.width, fitted.height))
  return base + perTile * cells(shown, TILE_PX)
}

/** Fit the longest side, count patches of 32 px; above the budget, shrink so that whole patches fit into it. */
function patchesOf(size: Size, { maxSidePx, budget }: PatchFit): number {
  const fitted =
    maxSidePx === undefined ? size : scaleDown(size, maxSidePx / Math.max(size.width, size.height))
  const patches = cells(fitted, PATCH_PX)
  if (budget === undefined || patches <= budget) return patches
  const { width, height } = fitted
  const shrink = Math.sqrt((PATCH_PX * PATCH_PX * budget) / (width * height))
  const across = (width * shrink) / PATCH_PX
  const down = (height * shrink) / PATCH_PX
  const ratio = shrink * Math.min(Math.floor(across) / across, Math.floor(down) / down)
  const shrunk = { width: Math.floor(width * ratio), height: Math.floor(height * ratio) }
  // A picture much longer than wide can lose its last patch to rounding: at least one is always counted.
  return Math.min(budget, Math.max(1, cells(shrunk, PATCH_PX)))
}

function scaleDown({ width, height }: Size, ratio: number): Size {
  return ratio >= 1 ? { width, height } : { width: width * ratio, height: height * ratio }
}

/** Rounding errors of a scaled side must not add a cell. */
function cells({ width, height }: Size, cellPx: number): number {
  const count = (side: number): number => Math.ceil(Number((side / cellPx).toFixed(6)))
  return count(width) * count(height)
}
