import type { Lane } from '../schema/batch-tables.js'

/** US dollars per million tokens, as decimal text with at most nine decimals, so that no digit is lost. */
export type Prices = { input: string; cachedInput: string; output: string }

export const details = ['low', 'high', 'auto'] as const
export type Detail = (typeof details)[number]

/** Tokens of a picture cut into tiles: `base` alone for `low`, plus `perTile` for each tile of 512 px for `high`. */
export type TileRule = { family: 'tile'; base: number; perTile: number }

/** How a picture is fitted before it is counted in patches of 32 px. */
export type PatchFit = {
  /** The longest side in px, where there is one. */
  maxSidePx: number | undefined
  /** The most patches; undefined where there is no budget. */
  budget: number | undefined
}

/** Tokens of a picture counted in patches of 32 px, times a multiplier. */
export type PatchRule = { family: 'patch'; multiplier: number; fit: Record<Detail, PatchFit> }

export type ImageRule = TileRule | PatchRule

/** A shut-down that the provider announced (a day of UTC), and what it recommends instead. */
export type ShutDown = { date: string; replacement: string }

/** Requests with more input tokens cost more as a whole. */
export type LongContext = { aboveInputTokens: number; inputFactor: number; outputFactor: number }

/** Where a figure comes from, and the day (`2026-11-01`) on which it was true. */
export type Source = { name: string; asOf: string }

/** What is known of a model: prices and rules change, so every row says since when, and who says so. */
export type ModelRow = {
  id: string
  prices: Prices
  /** The part of the standard prices that each lane is charged. */
  laneFactors: Readonly<Record<Lane, number>>
  longContext: LongContext | undefined
  imageRule: ImageRule
  /** The most tokens of one request and its answer; undefined where it is not known. */
  contextTokens: number | undefined
  parameters: {
    /** Whether it takes a temperature. */
    temperature: boolean
    /** The least reasoning that it can be asked for; undefined where it takes no such parameter. */
    leastReasoningEffort: 'none' | 'minimal' | undefined
  }
  shutDown: ShutDown | undefined
  sources: { prices: Source; imageRule: Source; shutDown: Source }
  /** False where the image rule was taken over from a sibling and not confirmed by the provider. */
  isConfirmed: boolean
}
