/** By what the charges can be summed. */
export const ledgerViews = ['method', 'model', 'batch', 'day', 'post'] as const
export type LedgerView = (typeof ledgerViews)[number]
