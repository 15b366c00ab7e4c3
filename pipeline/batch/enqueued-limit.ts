/**
 * As providers were seen to write it (community threads, and messages quoted in public repositories, 2024 to 2026):
 *
 * - `Enqueued token limit reached for gpt-4o in organization org-x. Limit: 90,000 enqueued tokens. Please try again ...`
 * - `The number of enqueued tokens has surpassed the configured limit of 30K for the deployment 'gpt-4.1-batch'.` (Azure)
 *
 * The same is said of requests: `Limit: 1,000,000 enqueued requests`.
 */
const LIMIT =
  /\blimit:?\s*(?:of\s+|is\s+)?(\d[\d.,_']*)(?![\d.,_'])\s*([kmb]\b)?(?!\s*(?:enqueued\s+)?requests)/i

const FACTORS: Record<string, number> = { k: 1_000, m: 1_000_000, b: 1_000_000_000 }
/** No window is as small as this: the number means something else. */
const SMALLEST_WINDOW = 1_000

/**
 * How many tokens may wait at the provider at once, as it says in a message that turns a batch away. Undefined when the
 * message does not say, or speaks of something else, such as enqueued requests.
 */
export function readEnqueuedLimit(message: string): number | undefined {
  const [, digits, unit] = (/token/i.test(message) && LIMIT.exec(message)) || []
  if (digits === undefined) return undefined
  const tokens = unit ? Math.round(Number(digits) * FACTORS[unit.toLowerCase()]!) : wholeNumber(digits)
  return Number.isSafeInteger(tokens) && tokens >= SMALLEST_WINDOW ? tokens : undefined
}

/** Separators of thousands differ from country to country; a limit has no decimals. */
function wholeNumber(digits: string): number {
  return Number(digits.replaceAll(/[^\d]/g, ''))
}
