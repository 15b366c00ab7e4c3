/** What the provider takes in one batch. */
export type PartLimits = {
  requests: number
  bytes: number
  /** Tokens that may wait at the provider at once for the model; undefined: no window is known. */
  tokens: number | undefined
}

/** The Batch API's own limits (guide "Batch API", read 2026-11): 50,000 requests and 200 MB, taken as 200,000,000 bytes. */
export const BATCH_API_LIMITS = { requests: 50_000, bytes: 200_000_000 } as const

export type Load = { requests: number; bytes: number; tokens: number }

export const emptyLoad: Load = { requests: 0, bytes: 0, tokens: 0 }

export function add(load: Load, line: Omit<Load, 'requests'>): Load {
  return { requests: load.requests + 1, bytes: load.bytes + line.bytes, tokens: load.tokens + line.tokens }
}

/** The first limit that the load breaks, as a sentence; undefined while it fits. A load on the limit fits. */
export function brokenLimit(load: Load, limits: PartLimits): string | undefined {
  if (load.requests > limits.requests)
    return `${load.requests} requests, where a part takes ${limits.requests}`
  if (load.bytes > limits.bytes) return `${load.bytes} bytes, where a part takes ${limits.bytes}`
  if (limits.tokens !== undefined && load.tokens > limits.tokens) {
    return `about ${load.tokens} tokens, where the model's window takes ${limits.tokens}`
  }
  return undefined
}
