import { formatUsd } from '../data/catalogue/price.js'
import { formatBars } from './bar-chart.js'
import { flagOfHome } from './home-flag.js'
import { methodInWords } from './method-words.js'
import { formatBytes, formatCount, formatCountOf, formatDuration } from './numbers.js'
import type { CostEstimate, Plan, PlannedMethod, PlannedModel } from './plan-type.js'
import type { Column, FormatRows } from './table.js'

/** The home as the person named it, how rows become text, and how wide a line may be, in characters. */
type Shown = { home: string; table: FormatRows; width: number }

/**
 * A plan for a person: what would run and why, what would be asked, what that costs in each way, and what to type next.
 */
export function formatPlan(plan: Plan, show: Shown): string {
  const blocks = [
    looked(plan, show.home),
    assetTable(plan, show.table),
    ...(plan.is_sending ? money(plan, show) : ['This selection sends nothing.']),
    ...plan.live.map(({ batch, part, what }) => `${batch ?? part} ${what}.`),
    ...plan.warnings.map((warning) => `warning: ${warning}.`),
    closing(plan, show.home),
  ]
  return blocks.filter((block) => block !== '').join('\n')
}

function looked({ images, pictures, observed_at: at, is_observed_now: isNow }: Plan, home: string): string {
  const { usable, skipped, posts } = pictures
  const seen = `${formatCountOf(usable + skipped, 'image')} in ${formatCountOf(posts, 'post')}`
  const left =
    skipped === 0
      ? ''
      : `; ${formatCount(skipped)} cannot be used (hemline images${flagOfHome(home)} --state skipped)`
  const when = isNow || at === null ? '' : `, as another hemline saw them at ${at}`
  return `${images}: ${seen}${left}${when}.`
}

const verdicts = { source: 'looks', runs: 'runs', may_run: 'may run', up_to_date: 'up to date' } as const

function assetTable({ assets }: Plan, table: FormatRows): string {
  return table(
    [{ title: 'asset' }, { title: 'would' }, { title: 'why' }],
    assets.map(({ asset, verdict, because }) => [asset, verdicts[verdict], because]),
  )
}

function money(plan: Plan, { home, table, width }: Shown): string[] {
  return [
    toAsk(plan, home),
    methodTable(plan.methods, table),
    bars(plan, width),
    certainty(plan, home),
    parts(plan),
    ...(plan.models.length > 0 ? [modelTable(plan, table)] : []),
  ]
}

function toAsk({ pictures, methods, reuse_worth_nano_usd: worth }: Plan, home: string): string {
  const { to_ask: toAsk, answered, duplicates, under_way: underWay, failed, in_parts: inParts } = pictures
  const free = [
    ...(answered > 0 ? [`${formatCountOf(answered, 'picture')} answered already`] : []),
    ...(duplicates > 0 ? [`${formatCountOf(duplicates, 'image')} with the same bytes as another`] : []),
  ]
  const { requests: now } = methods.find(({ is_chosen: isChosen }) => isChosen)!.estimate
  const ofThem = [
    ...(now < toAsk ? [`, ${formatCount(now)} of them now, by the limit`] : []),
    ...(inParts > 0 ? [`, ${formatCount(inParts)} of them in tasks files already`] : []),
  ]
  return [
    `${formatCountOf(toAsk, 'request')} to send${ofThem.join('')}.`,
    ...(free.length > 0 ? [`For nothing: ${free.join(', ')}; worth ${formatUsd(worth)}.`] : []),
    ...(underWay > 0 ? [`${formatCountOf(underWay, 'request is', 'requests are')} under way.`] : []),
    ...(failed > 0
      ? [`${formatCountOf(failed, 'picture')} failed for good (hemline failures${flagOfHome(home)}).`]
      : []),
  ].join(' ')
}

function methodTable(methods: readonly PlannedMethod[], table: FormatRows): string {
  return table(
    [
      { title: 'method' },
      { title: 'answered', align: 'right' },
      { title: 'requests', align: 'right' },
      { title: 'text tokens', align: 'right' },
      { title: 'of pictures', align: 'right' },
      { title: 'tokens out', align: 'right' },
      { title: 'estimated', align: 'right' },
      { title: 'known from' },
    ],
    methods.map(({ method, lane, answered, is_chosen: isChosen, estimate }) => [
      `${isChosen ? '> ' : ''}${methodInWords(method)}`,
      formatCount(answered),
      formatCount(estimate.requests),
      formatCount(estimate.text_tokens),
      formatCount(estimate.image_tokens),
      formatCount(estimate.output_tokens),
      formatUsd(estimate.cost_nano_usd[lane]),
      basisOf(estimate),
    ]),
  )
}

function bars({ methods, pictures }: Plan, width: number): string {
  if (pictures.to_ask === 0) return ''
  return formatBars(
    methods.map(({ method, lane, estimate }) => ({
      ...{ label: methodInWords(method), value: estimate.cost_nano_usd[lane] },
      text: formatUsd(estimate.cost_nano_usd[lane]),
    })),
    width,
  )
}

function basisOf({ measured_by: answers }: CostEstimate): string {
  return answers === 0 ? 'formulas' : formatCountOf(answers, 'answer')
}

function certainty({ methods, provider }: Plan, home: string): string {
  const { estimate, lane } = methods.find(({ is_chosen: isChosen }) => isChosen)!
  if (estimate.requests === 0) return ''
  const { interval, measured_by: answers } = estimate
  if (interval) {
    const [low, high] = [interval.low, interval.high].map((part) =>
      formatUsd(Math.round(estimate.cost_nano_usd[lane] * part)),
    )
    return `By ${formatCountOf(answers, 'measured answer')}: ${low} to ${high}, with 95 % confidence.`
  }
  const price = provider === 'local' ? '; the local server bills nobody' : ''
  return `The length of the answers is assumed${price}. To measure it, ask a few first: hemline plan${flagOfHome(home)} --sample 20`
}

function parts({ parts: planned, provider }: Plan): string {
  if (!planned) return ''
  const { count, bytes, window_tokens: window, windows } = planned
  const size = `In ${formatCountOf(count, 'part')} of about ${formatBytes(bytes)} in all`
  const latest = formatDuration(planned.latest_finish_seconds * 1000)
  const usual = planned.usual_finish_seconds
  const earliest = usual === null ? '' : `, by the batches before in about ${formatDuration(usual * 1000)}`
  const wait =
    window === null
      ? ''
      : `; ${formatCount(window)} tokens may wait at once, so the window is filled ${formatCountOf(windows, 'time')}`
  const end =
    provider === 'local' ? 'Done as soon as this machine has answered them' : `Done within ${latest}`
  return `${size}${wait}. ${end}${earliest}.`
}

/** Details that come to the same share a row. */
function modelTable({ models, methods, pictures }: Plan, table: FormatRows): string {
  const { lane } = methods.find(({ is_chosen: isChosen }) => isChosen)!
  const groups = new Map<string, PlannedModel[]>()
  for (const each of models) {
    const key = JSON.stringify([each.model, each.estimate, each.answered, each.is_chosen])
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  const rows = [...groups.values()].map((same) => {
    const { model, is_chosen: isChosen, note, ...each } = same[0]!
    return [
      `${isChosen ? '> ' : ''}${model}, ${same.map(({ detail }) => detail).join(' or ')}`,
      formatCount(each.image_tokens_each),
      formatUsd(each.estimate.cost_nano_usd[lane === 'flex' ? 'flex' : 'batch']),
      formatUsd(each.estimate.cost_nano_usd.individual),
      formatCount(each.answered),
      basisOf(each.estimate),
      note ?? '',
    ]
  })
  const distinct = pictures.usable - pictures.duplicates
  const head = `All ${formatCountOf(distinct, 'picture')} with every model, the cheapest first:`
  const columns: Column[] = [
    { title: 'model, detail' },
    { title: 'tokens a picture', align: 'right' },
    { title: lane === 'flex' ? 'in flex' : 'in a batch', align: 'right' },
    { title: 'one by one', align: 'right' },
    { title: 'answered', align: 'right' },
    { title: 'known from' },
    { title: '' },
  ]
  return `${head}\n${table(columns, rows)}`
}

function closing({ held, pictures, live, is_sending: isSending }: Plan, home: string): string {
  if (held && isSending) return `It would be held: ${held.because}. Nothing was sent.`
  if (pictures.to_ask === 0 && live.length === 0) return 'Nothing is to be sent, so a run costs nothing ($0).'
  return `Nothing was sent. Do it, with the same flags: hemline materialize${flagOfHome(home)}`
}
