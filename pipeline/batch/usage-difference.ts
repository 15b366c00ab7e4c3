/** Tokens of a whole batch; cached ones are part of the input. */
export type TokenSums = { inputTokens: number; cachedTokens: number; outputTokens: number }

/**
 * What we charged for a batch, answer by answer, minus the provider's own sum over it. Undefined when they agree, and when
 * the provider gives no sum: some leave it out, some leave it at zero.
 */
export function usageDifference(charged: TokenSums, reported: TokenSums | null): TokenSums | undefined {
  if (reported === null || reported.inputTokens + reported.outputTokens === 0) return undefined
  const difference = {
    inputTokens: charged.inputTokens - reported.inputTokens,
    cachedTokens: charged.cachedTokens - reported.cachedTokens,
    outputTokens: charged.outputTokens - reported.outputTokens,
  }
  return Object.values(difference).some((tokens) => tokens !== 0) ? difference : undefined
}
