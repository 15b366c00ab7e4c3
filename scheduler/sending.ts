import * as z from 'zod'
import type { Sending } from '../assets/fashion-kit.js'
import { type Method, methods } from '../assets/request/choose-lane.js'
import { MOST_USD, nanoOf } from './dollars.js'

const usd = z.number().min(0).max(MOST_USD)

/** The `sending` section of a home's config: how requests are sent, by whoever runs. Everything has a default. */
export const sendingSchema = z.strictObject({
  /** In batches at half price, one by one, or whichever suits how many they are. */
  method: z.enum(methods).default('batch'),
  /** One by one: how many requests may be in the air at once. */
  calls_at_once: z.int().min(1).max(512).default(16),
})

/** The `budget` section: what may be spent, in US dollars. What is not given is not limited. */
export const budgetSchema = z.strictObject({
  /** Of a run, unless it is started with a --max-cost of its own. */
  run_usd: usd.optional(),
  /** Days and months are those of UTC; a batch counts when it was sent. */
  day_usd: usd.optional(),
  month_usd: usd.optional(),
})

export type SendingSections = {
  sending?: z.infer<typeof sendingSchema> | undefined
  budget?: z.infer<typeof budgetSchema> | undefined
}

/** What a run says of its own; undefined where the config decides. */
export type SendingOfRun = { method: Method | undefined; maxCostNanoUsd: number | undefined }

/** How a run sends, from its own flags and the config's sections. @param since  when it began. */
export function settleSending(sections: SendingSections, ofRun: SendingOfRun, since: Date): Sending {
  const { method, calls_at_once: callsAtOnce } = sections.sending ?? sendingSchema.parse({})
  const { run_usd: run, day_usd: day, month_usd: month } = sections.budget ?? {}
  const limitNanoUsd = ofRun.maxCostNanoUsd ?? nanoOf(run)
  return {
    method: ofRun.method ?? method,
    callsAtOnce,
    budget: {
      run: limitNanoUsd === undefined ? undefined : { limitNanoUsd, since },
      dayNanoUsd: nanoOf(day),
      monthNanoUsd: nanoOf(month),
    },
  }
}
