import type { LedgerRow } from '../data/records/ledger.js'
import type { LiveBatches, StateCounts } from '../data/records/state-counts.js'
import { formatUsd } from '../data/catalogue/price.js'
import { type DaemonWord, formatDaemon } from './daemon-line.js'
import { flagOfHome } from './home-flag.js'
import { formatCount, formatCountOf, formatDuration } from './numbers.js'
import { type NextStep, type PinnedSettings, firstSteps, formatNextSteps } from './pinned-settings.js'
import type { StatusRow } from './status-table.js'
import { summarizeStep } from './step-summary.js'

/** Where a person is: no home yet, one whose settings are pinned, or one with records. */
export type Overview =
  | NoHome
  | { kind: 'pinned'; home: string; settings: PinnedSettings }
  | ({ kind: 'home' } & HomeOverview)

type NoHome = {
  kind: 'no_home'
  /** As the person named it, and where that is. */
  home: string
  root: string
  hasKey: boolean
  /** The home of a demo that ran here. */
  demo: string | undefined
}

type HomeOverview = {
  /** As the person named it. */
  home: string
  settings: PinnedSettings | undefined
  rows: readonly StatusRow[]
  counts: StateCounts
  live: LiveBatches
  /** The charges, in whatever rows. */
  ledger: readonly LedgerRow[]
  daemon: DaemonWord | undefined
}

/** Where one is in a few lines, and below them what to type next. */
export function formatOverview(overview: Overview, now: Date): string {
  switch (overview.kind) {
    case 'no_home':
      return beforeAll(overview)
    case 'pinned':
      return [describeSettings(overview.settings), 'Nothing was looked at or sent yet.', '']
        .concat(formatNextSteps(firstSteps(overview.settings.provider, overview.home)))
        .join('\n')
    case 'home':
      return [...homeLines(overview, now), '', ...formatNextSteps(nextSteps(overview))].join('\n')
  }
}

function beforeAll({ home, root, hasKey, demo }: NoHome): string {
  const flag = flagOfHome(home)
  const first: NextStep = demo
    ? [`hemline${flagOfHome(demo)}`, 'where the demo is']
    : ['hemline demo', 'nine sample posts from end to end: no key, no network, no cost']
  return [
    `There is no home at ${root} yet: nothing was looked at, and nothing was sent.`,
    `OPENAI_API_KEY is ${hasKey ? 'set' : 'not set; everything can be tried without it'}.`,
    '',
    ...formatNextSteps([
      first,
      [`hemline init${flag}`, 'say where your pictures are, and who describes them'],
      [`hemline doctor${flag}`, 'is this machine ready?'],
      ['hemline --help', 'every command'],
    ]),
  ].join('\n')
}

function homeLines(overview: HomeOverview, now: Date): string[] {
  const { settings, rows, counts, daemon } = overview
  const images = rows.find(({ key }) => key === 'images')?.recorded
  const { pending, in_part: inPart, submitted, answered, failed, skipped } = counts.requests
  return [
    ...(settings ? [describeSettings(settings)] : []),
    `pictures  ${images ? summarizeStep('images', images.metadata) : 'not looked at yet'}`,
    `requests  ${listed([
      [answered, 'answered'],
      [submitted, 'at the provider'],
      [pending + inPart, 'to be sent'],
      [failed + skipped, 'failed'],
    ])}`,
    `batches   ${describeBatches(overview, now)}`,
    `spent     ${describeSpending(overview.ledger)}`,
    `assets    ${describeAssets(overview)}`,
    ...(daemon ? [formatDaemon(daemon, now)] : []),
  ]
}

function describeSettings({ images, provider, model, detail, profile }: PinnedSettings): string {
  const who = provider === 'local' ? 'the local server (no model)' : model
  return `Pictures of ${images}, described by ${who}, detail ${detail}, profile ${profile}.`
}

function describeBatches({ live, counts }: HomeOverview, now: Date): string {
  const over = formatCountOf(counts.batches.collected, 'batch', 'batches')
  if (live.open === 0 && live.held === 0) return `none at the provider, ${over} collected`
  const age = live.oldest_open_at ? now.getTime() - Date.parse(live.oldest_open_at) : undefined
  return [
    `${formatCount(live.open)} at the provider${age === undefined ? '' : `, the oldest for ${formatDuration(age)}`}`,
    ...(live.held > 0 ? [`${formatCount(live.held)} held: a person decides`] : []),
    `${over} collected`,
  ].join(', ')
}

function describeSpending(ledger: readonly LedgerRow[]): string {
  const spent = (isLocal: 0 | 1): string[] => {
    const rows = ledger.filter(({ is_local }) => is_local === isLocal)
    if (rows.length === 0) return []
    const cost = rows.reduce((sum, { cost_nano_usd }) => sum + cost_nano_usd, 0)
    const answers = rows.reduce((sum, { requests }) => sum + requests, 0)
    const words = `${formatUsd(cost)} for ${formatCountOf(answers, 'answer')}`
    return [isLocal === 1 ? `${words} (local, not billed)` : words]
  }
  return [...spent(0), ...spent(1)].join('; ') || 'nothing'
}

/** Whether the pinned settings are not those that the recipe was last looked at with. */
function areSettingsNew({ settings, rows }: HomeOverview): boolean {
  const recipe = rows.find(({ key }) => key === 'recipe')?.recorded?.metadata
  if (!settings || !recipe) return false
  const { model, detail, profile, provider } = settings
  return Object.entries({ model, detail, profile, provider }).some(([name, value]) => recipe[name] !== value)
}

function describeAssets(overview: HomeOverview): string {
  const { rows } = overview
  if (areSettingsNew(overview))
    return 'made with other settings; the next run asks anew what those describe otherwise'
  const open = rows.filter(({ kind, status }) => kind === 'asset' && status.kind !== 'fresh')
  return open.length === 0
    ? 'all up to date with the last look at the pictures'
    : `out of date: ${open.map(({ key }) => key).join(', ')}`
}

function nextSteps(overview: HomeOverview): NextStep[] {
  const { home, settings, rows, counts, live, daemon } = overview
  const flag = flagOfHome(home)
  if (live.held > 0) return [[`hemline batches${flag}`, 'what is held, and the ways out']]
  if (daemon?.status === 'ok') return [[`hemline ticks${flag}`, 'what the daemon decided, and why']]
  if (rows.every(({ recorded }) => recorded === undefined))
    return firstSteps(settings?.provider ?? 'openai', home)
  if (counts.requests.submitted > 0) {
    return [[`hemline materialize${flag} --wait`, 'take in what is at the provider, once it is done']]
  }
  if (areSettingsNew(overview)) {
    return [
      [`hemline plan${flag}`, 'what that would cost'],
      [`hemline materialize${flag} --wait`, 'describe the pictures anew'],
    ]
  }
  if (rows.some(({ kind, status }) => kind === 'asset' && status.kind !== 'fresh')) {
    return [
      [`hemline materialize${flag} --wait`, 'make what is out of date'],
      [`hemline status${flag}`, 'what that is, and why'],
    ]
  }
  const failed: NextStep[] =
    counts.requests.failed > 0 ? [[`hemline failures${flag}`, 'why some requests failed for good']] : []
  return [
    ...failed,
    [`hemline posts${flag}`, 'what the pictures show'],
    [`hemline export${flag} --out posts.csv`, 'take it out'],
    [`hemline materialize${flag}`, 'look for new pictures'],
  ]
}

function listed(counts: readonly [number, string][]): string {
  const some = counts.filter(([count]) => count > 0).map(([count, word]) => `${formatCount(count)} ${word}`)
  return some.length === 0 ? 'none' : some.join(', ')
}
