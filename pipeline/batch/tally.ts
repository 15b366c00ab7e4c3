/**
 * How the requests of a batch ended, and what its files held besides. The first six outcomes sum up to `sent`; the strays
 * (lines that are not a first line of a request of ours) come on top.
 */
export type Tally = {
  sent: number
  answered: number
  failed: number
  expired: number
  cancelled: number
  /** Answers that are not what was asked for: not JSON, or not the schema. */
  invalid: number
  missing: number
  nonsense: number
  repeated: number
  foreign: number
}

export const outcomes = ['answered', 'failed', 'expired', 'cancelled', 'invalid', 'missing'] as const
export type OutcomeName = (typeof outcomes)[number]

export function emptyTally(sent: number): Tally {
  return {
    sent,
    answered: 0,
    failed: 0,
    expired: 0,
    cancelled: 0,
    invalid: 0,
    missing: 0,
    nonsense: 0,
    repeated: 0,
    foreign: 0,
  }
}

/** Whether every request that was sent ended in exactly one outcome. */
export function balances(tally: Tally): boolean {
  return tally.sent === outcomes.reduce((sum, outcome) => sum + tally[outcome], 0)
}
