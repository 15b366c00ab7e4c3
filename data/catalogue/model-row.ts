/** US dollars per million tokens, as decimal text, so that no digit is lost. */
export type Prices = { input: string; cachedInput: string; output: string }

export type Detail = 'low' | 'high' | 'auto'

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

/** A shut-down that the provider announced, and what it recommends instead. */
export type ShutDown = { date: string; replacement: string }

/** What is known of a model, as of a day and from a source: prices and rules change, so every row says when it was true. */
export type ModelRow = {
  id: string
  prices: Prices
  /** The part of the standard prices that is charged in a batch. */
  batchFactor: number
  /** Requests with more input tokens cost more as a whole; undefined where that is not known to happen. */
  longContext: { aboveInputTokens: number; inputFactor: number; outputFactor: number } | undefined
  imageRule: ImageRule
  parameters: {
    /** Whether it takes a temperature. */
    temperature: boolean
    /** The least reasoning that it can be asked for; undefined where it takes no such parameter. */
    leastReasoningEffort: 'none' | 'minimal' | undefined
  }
  shutDown: ShutDown | undefined
  source: string
  asOf: string
  /** False where a figure was taken over from a sibling and not confirmed by the provider. */
  isConfirmed: boolean
}
