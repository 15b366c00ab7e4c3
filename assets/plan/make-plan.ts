import type { Catalogue } from '../../data/catalogue/catalogue.js'
import { shutdownOf } from '../../data/catalogue/shutdown.js'
import { type ModelRow, details } from '../../data/catalogue/model-row.js'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { findBatches } from '../../data/records/batches.js'
import { countImages } from '../../data/records/images.js'
import { getPart } from '../../data/records/parts.js'
import { type SizeCount, countPicturesBySize } from '../../data/records/pictures.js'
import { sumCommitted } from '../../data/records/spending.js'
import { type Lane, liveBatchStates } from '../../data/schema/batch-tables.js'
import type { CostEstimate, LiveBatch, Plan, PlannedMethod, PlannedModel } from '../../reports/plan-type.js'
import type { ProfileName } from '../analysis/profile.js'
import type { Sending } from '../fashion-kit.js'
import { overBudget, periodsOf } from '../request/budget.js'
import { chooseLane } from '../request/choose-lane.js'
import { recipeRecord } from '../request/recipe-record.js'
import type { Settings } from '../settings.js'
import { estimate, measure } from './estimate.js'
import { planParts } from './plan-parts.js'
import { shutdownWarning } from './shutdown-warning.js'
import { type StillToAsk, findStillToAsk } from './still-to-ask.js'
import { takePictures } from './take-pictures.js'
import { type UsualMethod, usualMethods } from './usual-methods.js'

export type PlanContext = {
  db: Db
  home: Home
  settings: Settings
  catalogue: Catalogue
  sending: Sending
  /** At most so many requests; `Infinity` for all. */
  limit: number
  /** Whether every model is compared. */
  comparesModels: boolean
  now: Date
}

/** What a plan says of pictures, requests and money, from what is on record. */
export type MoneyPlan = Omit<Plan, 'assets' | 'is_sending' | 'observed_at' | 'is_observed_now'>

/**
 * What asking about the pictures on record would take and cost, in each way. Reads the database, and prepares a few
 * pictures to know their bytes; sends nothing.
 */
export async function makePlan(context: PlanContext): Promise<MoneyPlan> {
  const { db, settings, catalogue, sending, now } = context
  const { images, provider, model, detail, profile } = settings
  const all = await countPicturesBySize(db)
  const counts = await countImages(db)
  const pictures = all.reduce((sum, size) => sum + size.pictures, 0)
  const asked = { original: await askedWith('original'), compact: await askedWith('compact') }
  const { ask, estimate: chosen, digest } = asked[profile]
  const lane = chooseLane(sending.method, chosen.requests)
  const whole = estimate(all, settings, catalogue, asked[profile].measured)
  const reused = ask.answered + (counts.usable - pictures)
  const warning = await shutdownWarning(db, settings, catalogue, now)
  return {
    ...{ images, provider, model, detail, profile, method: sending.method },
    pictures: {
      ...{ usable: counts.usable, skipped: counts.skipped, posts: counts.posts },
      ...{ duplicates: counts.usable - pictures, answered: ask.answered, under_way: ask.underWay },
      ...{ failed: ask.failed, to_ask: ask.requests, in_parts: ask.inParts },
    },
    reuse_worth_nano_usd: pictures === 0 ? 0 : Math.round((whole.cost_nano_usd[lane] / pictures) * reused),
    methods: plannedMethods(asked, { profile, lane }),
    models: context.comparesModels ? await plannedModels(all, lane, context) : [],
    parts: lane === 'batch' && chosen.requests > 0 ? await planParts(chosen, digest, context) : null,
    live: await liveBatches(db),
    held: await findHeld(chosen, lane, context),
    warnings: warning === undefined ? [] : [warning],
  }

  async function askedWith(name: ProfileName): Promise<Asked> {
    const ofProfile = { ...settings, profile: name }
    const { digest } = recipeRecord(ofProfile, catalogue)
    const ask = await findStillToAsk(db, digest, all)
    const measured = await measure(db, digest, ofProfile, catalogue.get(model))
    const sizes = takePictures(ask.sizes, context.limit)
    return { digest, ask, measured, estimate: estimate(sizes, ofProfile, catalogue, measured) }
  }
}

type Asked = {
  digest: string
  ask: StillToAsk
  measured: Awaited<ReturnType<typeof measure>>
  estimate: CostEstimate
}

/** The three methods, and the chosen one where it is another. */
function plannedMethods(asked: Record<ProfileName, Asked>, chosen: UsualMethod): PlannedMethod[] {
  const isChosen = ({ profile, lane }: UsualMethod): boolean =>
    profile === chosen.profile && lane === chosen.lane
  const methods = usualMethods.some(isChosen) ? usualMethods : [...usualMethods, chosen]
  return methods.map((each) => ({
    method: `${each.profile}/${each.lane}`,
    lane: each.lane,
    is_chosen: isChosen(each),
    answered: asked[each.profile].ask.answered,
    estimate: asked[each.profile].estimate,
  }))
}

/** Every model that still answers, at every detail, on these very pictures; the cheapest first. */
async function plannedModels(
  all: readonly SizeCount[],
  lane: Lane,
  { db, settings, catalogue, now }: PlanContext,
): Promise<PlannedModel[]> {
  const planned: PlannedModel[] = []
  const chosen = catalogue.get(settings.model)
  for (const model of catalogue.models) {
    const shutdown = shutdownOf(model, now)
    if (shutdown?.state === 'past') continue
    // The chosen one may go by the name of a snapshot, and its answers are those of that.
    const id = model === chosen ? settings.model : model.id
    for (const detail of details) {
      const other = { ...settings, model: id, detail }
      const { digest } = recipeRecord(other, catalogue)
      const { answered } = await findStillToAsk(db, digest, all)
      const measured = await measure(db, digest, other, model)
      const ofModel = estimate(all, other, catalogue, measured)
      planned.push({
        model: id,
        detail,
        is_chosen: model === chosen && detail === settings.detail,
        image_tokens_each: ofModel.requests === 0 ? 0 : Math.round(ofModel.image_tokens / ofModel.requests),
        answered,
        estimate: ofModel,
        note: noteOf(model, shutdown?.sentence),
      })
    }
  }
  return planned.toSorted((a, b) => a.estimate.cost_nano_usd[lane] - b.estimate.cost_nano_usd[lane])
}

function noteOf({ isConfirmed, shutDown }: ModelRow, sentence: string | undefined): string | null {
  if (sentence !== undefined && shutDown) return `ends ${shutDown.date}`
  return isConfirmed ? null : 'image rule not confirmed'
}

async function liveBatches(db: Db): Promise<LiveBatch[]> {
  const batches = await findBatches(db, liveBatchStates)
  return Promise.all(
    batches.map(async (batch) => ({
      batch: batch.provider_batch_id,
      part: (await getPart(db, batch.part_id)).path,
      state: batch.state,
      what: whatBecomesOf(batch),
    })),
  )
}

function whatBecomesOf(batch: Awaited<ReturnType<typeof findBatches>>[number]): string {
  const { requests_completed: done, requests_total: total, because } = batch
  if (batch.is_stuck === 1 || batch.state === 'held') return `held: ${because ?? 'a person decides'}`
  if (batch.state === 'ended') return 'its answers are collected'
  if (batch.state !== 'open') return 'is looked for at the provider, and adopted where it is there'
  if (batch.lane !== 'batch') return `goes on one by one: ${done} of ${total} requests done`
  return `is awaited: ${done} of ${total} requests done`
}

async function findHeld(
  { requests, cost_nano_usd: cost }: CostEstimate,
  lane: Lane,
  { db, settings, sending, now }: PlanContext,
): Promise<Plan['held']> {
  if (requests === 0) return null
  for (const period of periodsOf(sending.budget, now)) {
    const spent = await sumCommitted(db, period.since, settings.provider === 'local')
    const next = { costNanoUsd: cost[lane], wantedNanoUsd: cost[lane], requests }
    const over = overBudget(period, spent, next)
    if (over) return over
  }
  return null
}
