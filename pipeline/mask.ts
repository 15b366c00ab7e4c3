/** Takes secrets out of a text; what is left reads as before. */
export type Mask = (text: string) => string

const HIDDEN = '***'

/** Anything shorter (`local`, `test`) is no secret, and stands in texts for other reasons. */
const SHORTEST_SECRET = 8

/** What is secret wherever it turns up: keys of OpenAI, also half hidden ones, and secrets of webhooks. */
const SECRET_WORDS = [/\bsk-[\w*-]{8,}/g, /\bwhsec_[\w+/=-]{8,}/g]

/** Who logs in, in a URL: `https://name:password@host`. */
const USER_OF_URL = /:\/\/[^\s/?#"'<>\\]+@/g

/**
 * Makes a mask that puts `***` where a secret stood.
 *
 * @param secrets  those in use; empty and very short ones are left alone, as texts would no longer be readable.
 */
export function makeMask(secrets: readonly (string | undefined)[]): Mask {
  const known = secrets
    .map((secret) => secret?.trim() ?? '')
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    // One may be the beginning of another.
    .toSorted((a, b) => b.length - a.length)
  return (text) => {
    let masked = text
    for (const secret of known) masked = masked.replaceAll(secret, HIDDEN)
    for (const words of SECRET_WORDS) masked = masked.replace(words, HIDDEN)
    return masked.replace(USER_OF_URL, `://${HIDDEN}@`)
  }
}
