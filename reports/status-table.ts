import type { RootCause } from '../pipeline/engine/root-cause.js'
import type { Explanation } from '../pipeline/engine/staleness.js'
import { because, sentence } from '../pipeline/engine/staleness.js'
import { formatDuration } from './numbers.js'
import { summarizeStep } from './step-summary.js'
import { formatTable } from './table.js'
import type { TickDecision } from './tick-listing.js'

/** An asset or source with its status, what it was last, and when. */
export type StatusRow = Explanation & {
  kind: 'asset' | 'source'
  recorded: { at: string; metadata: Record<string, unknown> } | undefined
}

/**
 * The state of every asset, in the graph's order.
 *
 * @param now  from which ages are counted.
 * @param width  of a line, in characters.
 */
export function formatStatus(rows: readonly StatusRow[], now: Date, width?: number): string {
  return formatTable(
    [
      { title: 'asset' },
      { title: 'status' },
      { title: 'last', align: 'right' },
      { title: 'holds' },
      { title: 'why' },
    ],
    rows.map((row) => [
      row.key,
      statusInWords(row),
      row.recorded ? `${formatDuration(now.getTime() - Date.parse(row.recorded.at))} ago` : 'never',
      row.recorded ? summarizeStep(row.key, row.recorded.metadata) : '',
      whyInWords(row),
    ]),
    width,
  )
}

/** What the daemon last decided about an asset, and when it last did so. */
export type LastDecision = TickDecision & { last_at: string }

/**
 * Everything that is known of one asset's state, as lines.
 *
 * @param roots  where its causes began.
 * @param decision  the daemon's last word on it; undefined when no daemon ever ran.
 */
export function formatExplanation(
  row: StatusRow,
  describe: string,
  roots: readonly RootCause[],
  decision: LastDecision | undefined,
  now: Date,
): string {
  const lines = [
    `${row.key}: ${describe}`,
    '',
    `${statusInWords(row)}: ${whyInWords(row) || because(row.status)}.`,
  ]
  if (row.recorded) {
    const verb = row.kind === 'source' ? 'Last looked at' : 'Last made'
    const age = formatDuration(now.getTime() - Date.parse(row.recorded.at))
    lines.push(`${verb} ${age} ago (${row.recorded.at}): ${summarizeStep(row.key, row.recorded.metadata)}.`)
  }
  const distant = roots.filter(({ chain }) => chain.length > 1)
  if (distant.length > 0) {
    lines.push('', 'Where it began:')
    lines.push(...distant.map(({ chain, because: why }) => `- ${chain.join(' <- ')}: ${why}`))
  }
  if (row.behind.length > 0) {
    lines.push('', 'Above it, out of date:')
    lines.push(...row.behind.map(({ key, status }) => `- ${key}: ${because(status)}`))
  }
  if (decision) {
    const age = formatDuration(now.getTime() - Date.parse(decision.last_at))
    lines.push('', `The daemon decided ${age} ago: ${decision.verdict}, because ${decision.because}.`)
  }
  lines.push('', wouldRun(row))
  return lines.join('\n')
}

/** A row under stable names. */
export function statusJson(row: StatusRow): object {
  return {
    asset: row.key,
    kind: row.kind,
    status: statusInWords(row),
    causes: row.status.kind === 'stale' ? row.status.causes.map(sentence) : [],
    behind: row.behind.map(({ key, status }) => ({ asset: key, because: because(status) })),
    last_at: row.recorded?.at ?? null,
    metadata: row.recorded?.metadata ?? null,
  }
}

function statusInWords({ kind, status }: StatusRow): string {
  if (kind === 'source') return status.kind === 'missing' ? 'not looked at' : 'observed'
  return status.kind
}

function whyInWords({ kind, status, behind }: StatusRow): string {
  if (status.kind === 'stale') return status.causes.map(sentence).join('; ')
  if (status.kind === 'missing' || kind === 'source' || behind.length === 0) return ''
  return `"${behind[0]!.key}" above it is out of date`
}

function wouldRun({ kind, key, status, behind }: StatusRow): string {
  if (kind === 'source') return 'Every run that needs it looks at it again.'
  if (status.kind !== 'fresh') return `\`hemline materialize +${key}\` makes it.`
  if (behind.length === 0)
    return 'A run would not make it again, unless a look at its sources finds a change.'
  return 'A run would make what is above it first, and this only if that comes out different.'
}
