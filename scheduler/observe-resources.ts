import type { FashionResources } from '../assets/fashion-kit.js'

/** What looking at a source takes: everything of a run but a provider. */
export function observeResources(
  given: Pick<FashionResources, 'db' | 'home' | 'settings' | 'catalogue' | 'sending' | 'notify'>,
): FashionResources {
  return {
    ...given,
    connect: () => Promise.reject(new Error('looking at a source takes no provider')),
    pollIntervalMs: 0,
    allowance: { requests: 0 },
    sentAhead: { batches: 0, requests: 0 },
  }
}
