const PATTERN = /^([1-9][0-9]{0,14})-([0-9a-f]{40})$/

/**
 * The name of a request in a tasks file: `<id>-<fingerprint>`, at most 56 characters. The id makes storing its answer
 * cheap; the fingerprint lets a results file explain itself when the database is lost.
 */
export function customId(request: { id: number; fingerprint: string }): string {
  return `${request.id}-${request.fingerprint}`
}

/** Reads a custom id back; undefined for anything that `customId` did not write. */
export function parseCustomId(text: unknown): { id: number; fingerprint: string } | undefined {
  const match = typeof text === 'string' ? PATTERN.exec(text) : null
  return match ? { id: Number(match[1]), fingerprint: match[2]! } : undefined
}
