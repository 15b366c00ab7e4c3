import type { Db } from '../../data/database.js'
import { type ModelCharges, findLastChargeId, sumChargesByModel } from '../../data/records/charges.js'

/** So many charges take SQLite some 20 ms; between two pages others get their turn. */
const PAGE = 50_000

/**
 * The ledger summed by model. Charges are only ever added, so each read sums what came since the last one: the first takes
 * half a second a million, the others next to nothing.
 */
export class ChargeTotals {
  #upTo = 0
  readonly #sums = new Map<string, ModelCharges>()
  #reading: Promise<void> | undefined

  /** Who reads while a read goes on shares it: two at a time would count a page twice. */
  async read(db: Db): Promise<ModelCharges[]> {
    await (this.#reading ??= this.#readOn(db).finally(() => (this.#reading = undefined)))
    return [...this.#sums.values()]
  }

  async #readOn(db: Db): Promise<void> {
    const last = await findLastChargeId(db)
    while (this.#upTo < last) {
      const upTo = Math.min(this.#upTo + PAGE, last)
      const page = await sumChargesByModel(db, { above: this.#upTo, upTo })
      for (const charges of page) this.#add(charges)
      this.#upTo = upTo
    }
  }

  #add(more: ModelCharges): void {
    const sum = this.#sums.get(more.model)
    if (!sum) return void this.#sums.set(more.model, more)
    sum.requests += more.requests
    sum.input_tokens += more.input_tokens
    sum.cached_tokens += more.cached_tokens
    sum.output_tokens += more.output_tokens
    sum.reasoning_tokens += more.reasoning_tokens
    sum.cost_nano_usd += more.cost_nano_usd
  }
}
