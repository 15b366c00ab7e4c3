import type { Db } from '../../data/database.js'
import { findLastChargeId } from '../../data/records/charges.js'
import { type LedgerSlice, sliceLedger } from '../../data/records/ledger.js'

/** So few that nobody who asks for something else meanwhile waits long. */
const CHARGES_AT_ONCE = 50_000

/**
 * All charges, summed by what they have in common. Charges are only ever added, with ascending ids, so that what was summed once
 * is not read again.
 */
export class LedgerSlices {
  readonly #slices = new Map<string, LedgerSlice>()
  #upTo = 0
  #reading: Promise<void> = Promise.resolve()

  async read(db: Db): Promise<LedgerSlice[]> {
    this.#reading = this.#reading.catch(() => {}).then(() => this.#readNew(db))
    await this.#reading
    return [...this.#slices.values()]
  }

  async #readNew(db: Db): Promise<void> {
    const last = await findLastChargeId(db)
    while (this.#upTo < last) {
      const upTo = Math.min(last, this.#upTo + CHARGES_AT_ONCE)
      for (const slice of await sliceLedger(db, { above: this.#upTo, upTo })) this.#add(slice)
      this.#upTo = upTo
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  #add(slice: LedgerSlice): void {
    const key = JSON.stringify([slice.day, slice.model, slice.method, slice.is_local])
    const sum = this.#slices.get(key)
    this.#slices.set(key, sum ? added(sum, slice) : slice)
  }
}

function added(sum: LedgerSlice, more: LedgerSlice): LedgerSlice {
  const [a, b] = [sum.estimated_cost_nano_usd, more.estimated_cost_nano_usd]
  return {
    ...sum,
    requests: sum.requests + more.requests,
    input_tokens: sum.input_tokens + more.input_tokens,
    output_tokens: sum.output_tokens + more.output_tokens,
    cost_nano_usd: sum.cost_nano_usd + more.cost_nano_usd,
    estimated_cost_nano_usd: a === null || b === null ? null : a + b,
  }
}
