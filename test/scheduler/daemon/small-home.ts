import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { fastFolder } from './fast-folder.js'
import { fashionGraph } from '../../../assets/list.js'
import { builtInCatalogue } from '../../../data/catalogue/catalogue.js'
import { pixelAnalyst } from '../../../assets/pixel-analyst/pixel-analyst.js'
import { defaultSettings } from '../../../assets/default-settings.js'
import type { Settings } from '../../../assets/settings.js'
import { type Db, openDatabase } from '../../../data/database.js'
import { type Home, homeAt } from '../../../data/home.js'
import { ensureAccount } from '../../../data/records/accounts.js'
import { listBatches } from '../../../data/records/batches.js'
import { sumCharges } from '../../../data/records/charges.js'
import { listPostRecords } from '../../../data/records/posts.js'
import { listRequests } from '../../../data/records/requests.js'
import { listRuns } from '../../../data/records/runs.js'
import { listTicks } from '../../../data/records/ticks.js'
import type { Clock } from '../../../pipeline/clock.js'
import { localResponder } from '../../../pipeline/provider/local-server/local-responder.js'
import type { Respond } from '../../../pipeline/provider/local-server/respond.js'
import { openaiProvider } from '../../../pipeline/provider/openai-provider.js'
import { automationSchema, settleAutomation } from '../../../scheduler/daemon/automation.js'
import { type Scheduler, makeScheduler } from '../../../scheduler/daemon/scheduler.js'
import type { SendingSections } from '../../../scheduler/sending.js'
import type { ProgressEvent } from '../../../scheduler/progress.js'

/** A home with a few small pictures, two a part, and a daemon that cuts batches at once. */
export type SmallHome = AsyncDisposable & {
  home: Home
  images: string
  settings: Settings
  sections: SendingSections
}

/** @param sections  of the home's config. */
export async function makeSmallHome(pictures = 3, sections: SendingSections = {}): Promise<SmallHome> {
  const folder = await mkdtemp(join(fastFolder, 'hemline-small-'))
  const images = join(folder, 'images')
  for (let picture = 1; picture <= pictures; picture++) await addPicture(images, picture)
  const settings: Settings = {
    ...defaultSettings,
    ...{ images, max_side_px: 96, jpeg_quality: 50, part_requests: 2 },
  }
  const home = homeAt(join(folder, 'home'))
  await mkdir(home.root)
  await writeFile(home.config, JSON.stringify({ ...settings, automation: AUTOMATION, ...sections }))
  return {
    home,
    images,
    settings,
    sections,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

const AUTOMATION = { cut_hours: 0, poll_seconds: 0.02 }

/** Adds a picture that looks like no other; two a post. */
export async function addPicture(images: string, picture: number): Promise<void> {
  const post = join(images, `post-${Math.ceil(picture / 2)}`)
  await mkdir(post, { recursive: true })
  await paintPicture(join(post, `${picture}.jpg`), picture)
}

/** Writes a picture that looks like no other of another number. */
export async function paintPicture(path: string, number: number): Promise<void> {
  const background = { r: (number * 37) % 256, g: (number * 101) % 256, b: Math.floor(number / 256) * 16 }
  await sharp({ create: { width: 48, height: 64, channels: 3, background } })
    .jpeg()
    .toFile(path)
}

/** Answers as the embedded server does, once a picture: pixels do not change. */
export function quickResponder(): Respond {
  const respond = localResponder(pixelAnalyst())
  const answers = new Map<string, ReturnType<Respond>>()
  return (request, signal) => {
    const key = JSON.stringify(request)
    const known = answers.get(key) ?? respond(request, signal)
    answers.set(key, known)
    return known
  }
}

/** A scheduler in this process, by whatever clock. */
export async function schedulerOf(
  { home, settings }: SmallHome,
  db: Db,
  options: {
    url: string
    clock: Clock
    signal?: AbortSignal
    automation?: object
    sections?: SendingSections
    notify?: (event: ProgressEvent) => void
  },
): Promise<Scheduler> {
  const { url, clock, notify = () => {}, signal = new AbortController().signal } = options
  // What a read's own retries would wait for is real time; a later tick reads again.
  const provider = openaiProvider({ apiKey: 'key', baseUrl: url, readRetries: 0 })
  const automation = settleAutomation(
    fashionGraph,
    automationSchema.parse(options.automation ?? AUTOMATION),
    'UTC',
  )
  return makeScheduler(db, async () => ({
    ...{ db, home, settings, automation, catalogue: builtInCatalogue, clock, signal, notify },
    sections: options.sections ?? {},
    pollIntervalMs: (automation.poll_seconds ?? 30) * 1_000,
    connect: async () => ({ provider, accountId: await ensureAccount(db, provider.account, clock.now()) }),
  }))
}

/** What is left when everything is done: what must be the same however often it was killed. */
export type Outcome = {
  requests: { fingerprint: string; state: string }[]
  posts: string[]
  charges: Awaited<ReturnType<typeof sumCharges>>
  batches: { state: string; requests: number }[]
  /** Runs and ticks that are neither over nor wait for the provider. */
  unfinished: string[]
  halfWritten: string[]
}

export async function outcomeOf(home: Home): Promise<Outcome> {
  const db = await openDatabase(home.database)
  try {
    const requests = await listRequests(db, { afterId: 0, limit: 10_000 })
    const posts = await listPostRecords(db, { afterKey: '', limit: 10_000 })
    const batches = await listBatches(db, { beforeId: 10_000, limit: 10_000 })
    const runs = await listRuns(db, 10_000)
    const ticks = await listTicks(db, { beforeId: 1_000_000, limit: 10_000 })
    const files = await readdir(home.root, { recursive: true })
    return {
      requests: requests.map(({ fingerprint, state }) => ({ fingerprint, state })),
      posts: posts.map(({ record }) => record),
      charges: await sumCharges(db),
      batches: batches.map(({ state, requests: count }) => ({ state, requests: count })),
      unfinished: [
        ...runs.filter(({ state }) => state === 'queued' || state === 'running').map(({ id }) => `run ${id}`),
        ...ticks.filter(({ state }) => state === 'started').map(({ id }) => `tick ${id}`),
      ],
      // The next daemon writes word of its health over what another left half-written.
      halfWritten: files.filter((name) => /\.(part|tmp)$/.test(name) && name !== 'health.json.part'),
    }
  } finally {
    await db.destroy()
  }
}

/** How often a server answered each request: all lines of the output files that it keeps, whoever read them. */
export async function answersAtServer(directory: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const name of await readdir(directory, { recursive: true })) {
    if (!/(output|errors)\.jsonl$/.test(name)) continue
    for (const line of (await readFile(join(directory, name), 'utf8')).split('\n')) {
      if (line === '') continue
      const fingerprint = (JSON.parse(line).custom_id as string).split('-')[1]!
      counts.set(fingerprint, (counts.get(fingerprint) ?? 0) + 1)
    }
  }
  return counts
}
