import { formatBytes, formatCount, formatCountOf } from './numbers.js'
import { formatUsd } from '../data/catalogue/price.js'

type Metadata = Record<string, unknown>

/** What a step or a look at a source came to, as a short phrase; its counts as they are for an asset not known here. */
export function summarizeStep(asset: string, metadata: Metadata): string {
  const summarize = summaries[asset]
  return summarize ? summarize(metadata) : JSON.stringify(metadata)
}

const summaries: Record<string, (metadata: Metadata) => string> = {
  images(found) {
    const change = found['change'] ? ` (${String(found['change'])})` : ''
    return `${formatCountOf(number(found, 'usable'), 'image')} in ${formatCountOf(number(found, 'posts'), 'post')}, ${formatCount(number(found, 'skipped'))} skipped${change}`
  },
  recipe({ model, profile, detail, provider }) {
    return `${String(model)}, detail ${String(detail)}, profile ${String(profile)}, answered by ${String(provider)}`
  },
  tasks_file(built) {
    const reused = number(built, 'known') > 0 ? `; ${formatCount(number(built, 'known'))} known already` : ''
    if (number(built, 'requests') === 0) return `no new request${reused}`
    return `${formatCountOf(number(built, 'requests'), 'request')} in ${formatCountOf(number(built, 'parts'), 'part')}, ${formatBytes(number(built, 'bytes'))}${reused}`
  },
  submitted_batch(submitted) {
    const count = number(submitted, 'submitted')
    return count === 0
      ? 'nothing to submit'
      : `${formatCountOf(count, 'batch', 'batches')} with ${formatCountOf(number(submitted, 'requests'), 'request')}`
  },
  results(counts) {
    const failed = number(counts, 'failed') + number(counts, 'skipped')
    const open = number(counts, 'pending') + number(counts, 'in_part') + number(counts, 'submitted')
    const cancelled = number(counts, 'cancelled')
    return [
      `${formatCount(number(counts, 'answered'))} answered`,
      ...(open > 0 ? [`${formatCount(open)} open`] : []),
      ...(cancelled > 0
        ? [`of them ${formatCount(cancelled)} cancelled, until you run hemline materialize`]
        : []),
      ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    ].join(', ')
  },
  grouped_posts(grouped) {
    return `${formatCountOf(number(grouped, 'posts'), 'post')}, ${formatCount(number(grouped, 'grouped'))} of them grouped now`
  },
  cost_report(sums) {
    return `${formatUsd(number(sums, 'cost_nano_usd'))} for ${formatCountOf(number(sums, 'requests'), 'request')} in all`
  },
}

function number(metadata: Metadata, name: string): number {
  const value = metadata[name]
  return typeof value === 'number' ? value : 0
}
