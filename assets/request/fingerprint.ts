import { digest } from '../../pipeline/engine/versions.js'

/**
 * What makes an answer reusable: the same recipe asked about the same bytes. The first 40 hex characters (160 bits) of a
 * SHA-256, so that it fits a custom id beside the request's number.
 */
export function fingerprintOf(recipeDigest: string, imageSha256: string): string {
  return digest([recipeDigest, imageSha256]).slice(0, 40)
}
