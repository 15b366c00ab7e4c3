import { fashionGraph } from '../assets/list.js'
import { makePlan } from '../assets/plan/make-plan.js'
import { recipeChange, recipeVersion } from '../assets/request/recipe-record.js'
import { submittedBatch } from '../assets/submitted-batch.js'
import { images } from '../assets/images.js'
import { recipe } from '../assets/recipe.js'
import { type Catalogue } from '../data/catalogue/catalogue.js'
import { readCatalogue } from '../data/catalogue/read-catalogue.js'
import { type Db, openDatabase } from '../data/database.js'
import { homeAt } from '../data/home.js'
import { systemClock } from '../pipeline/clock.js'
import { forecast } from '../pipeline/engine/forecast.js'
import { observeSources } from '../pipeline/engine/observe-sources.js'
import { loadPending, loadRecords } from '../pipeline/engine/records.js'
import { takeLease } from '../pipeline/engine/lease.js'
import { select } from '../pipeline/engine/selection.js'
import type { Recorded } from '../pipeline/engine/staleness.js'
import { HemlineError, isExpected } from '../pipeline/errors.js'
import type { Plan } from '../reports/plan-type.js'
import type { Settings } from '../assets/settings.js'
import { checkModel } from './execute-run.js'
import { thisProcess } from './holder.js'
import { refuseLostDatabase } from './lost-database.js'
import { observeResources } from './observe-resources.js'
import type { Progress } from './progress.js'
import { type SendingOfRun, settleSending } from './sending.js'
import { type SettingFlags, type SettledSettings, settleSettings } from './settle-settings.js'
import { stopSignal } from './stop-signal.js'

export type PlanRequest = SettingFlags & {
  home: string
  selection: string[]
  /** At most so many new requests; undefined for all. */
  limit: number | undefined
  ofRun: SendingOfRun
  comparesModels: boolean
}

/**
 * What a run would do now, and cost. Looks at the pictures first, unless another process works in the home, and keeps what it
 * saw; nothing else is written, and nothing is sent. Settings that flags change are not pinned.
 *
 * @throws HemlineError `other_images` when a flag names other pictures than the home's, and what is wrong with the command.
 */
export async function loadPlan(request: PlanRequest, progress: Progress): Promise<Plan> {
  const home = homeAt(request.home)
  refuseLostDatabase(home)
  const selected = select(fashionGraph, request.selection)
  const { images: folder, provider, model, detail, profile } = request
  const settled = await settleSettings(home, { images: folder, provider, model, detail, profile })
  refuseOtherImages(settled, request.home)
  const { settings, sections } = settled
  const catalogue = await readCatalogue(home.models)
  checkModel(settings, catalogue, systemClock.now())
  const db = await openDatabase(home.database)
  try {
    const sending = settleSending(sections, request.ofRun, systemClock.now())
    const resources = observeResources({ db, home, settings, catalogue, sending, notify: progress.notify })
    const isObservedNow = await look(db, resources, progress)
    const records = withRecipe(await loadRecords(db), settings, catalogue)
    const now = systemClock.now()
    return {
      assets: forecast(fashionGraph, selected, records, await loadPending(fashionGraph, db)),
      is_sending: selected.includes(submittedBatch.key),
      observed_at: records.get(images.key)?.at ?? null,
      is_observed_now: isObservedNow,
      ...(await makePlan({
        ...{ db, home, settings, catalogue, sending, now, comparesModels: request.comparesModels },
        limit: request.limit ?? Infinity,
      })),
    }
  } finally {
    progress.stop()
    await db.destroy()
  }
}

/** Looks at the pictures, if nobody else works in the home; says whether it did. */
async function look(
  db: Db,
  resources: ReturnType<typeof observeResources>,
  { notify }: Progress,
): Promise<boolean> {
  const lease = await takeLease(db, thisProcess('run'), systemClock).catch((error: unknown) => {
    if (isExpected(error) && error.code === 'home_is_busy') return undefined
    throw error
  })
  if (!lease) return false
  try {
    const signal = AbortSignal.any([stopSignal(), lease.lost])
    const options = { graph: fashionGraph, resources, clock: systemClock, signal, onEvent: notify }
    const [failed] = await observeSources([images.key], options)
    if (failed) throw failed.error
    return true
  } finally {
    await lease.release()
  }
}

/** The records as they would be once the recipe of these settings was observed. */
function withRecipe(
  records: Map<string, Recorded>,
  settings: Settings,
  catalogue: Catalogue,
): Map<string, Recorded> {
  const before = records.get(recipe.key)
  const { dataVersion, described } = recipeVersion(settings, catalogue)
  if (!before || before.dataVersion === dataVersion) return records
  const metadata = { ...described, change: recipeChange(before.metadata, described) }
  return new Map(records).set(recipe.key, {
    ...{ dataVersion, metadata, previousVersion: before.dataVersion, at: before.at },
  })
}

/** A home knows one set of pictures: looking at others would forget these. */
function refuseOtherImages({ isNew, changes }: SettledSettings, home: string): void {
  const change = changes.find((each) => each.startsWith('images: '))
  if (isNew || change === undefined) return
  throw new HemlineError({
    code: 'other_images',
    message: `the home "${home}" is about other pictures (${change})`,
    hint: 'Plan these in a home of their own: --home FOLDER.',
  })
}
