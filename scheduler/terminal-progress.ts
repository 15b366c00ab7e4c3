import { SingleBar } from 'cli-progress'
import type { Mask } from '../pipeline/mask.js'
import { summarizeStep } from '../reports/step-summary.js'
import { formatBytes, formatCount, formatCountOf, formatDuration } from '../reports/numbers.js'
import { describeUsageDifference } from '../reports/usage-difference.js'
import { printable } from '../reports/printable.js'
import type { DaemonEvent } from './daemon/daemon-event.js'
import type { Progress, ProgressEvent } from './progress.js'

/** A line for each thing that happened, through the mask, and one bar below for what goes on. */
export function terminalProgress(stream: NodeJS.WriteStream, mask: Mask): Progress {
  const bar = new Bar(stream)
  const say = (text: string): void => {
    bar.hide()
    stream.write(`${printable(mask(text))}\n`)
  }
  let making: string | undefined
  const batches = new Map<string, Extract<ProgressEvent, { kind: 'batch.polled' }>>()
  return {
    say,
    warn: (text) => say(`warning: ${text}`),
    stop: () => bar.hide(),
    notify(event) {
      switch (event.kind) {
        case 'images.read':
          return bar.show('Looking at images', event.done, event.done)
        case 'tasks.written':
          return bar.show('Preparing', event.done, event.total)
        case 'calls.answered':
          return bar.show('Answered', event.done, event.total)
        case 'batch.polled': {
          batches.set(event.batch, event)
          return showBatches(bar, [...batches.values()])
        }
        default: {
          // A step that waited begins again with every poll; it is told once.
          if (event.kind === 'step.started' && event.asset === making) return
          if (event.kind === 'step.started') making = event.asset
          if (event.kind === 'step.done') making = undefined
          const text = sentenceOf(event)
          if (text !== undefined) say(text)
        }
      }
    },
  }
}

function showBatches(bar: Bar, batches: Extract<ProgressEvent, { kind: 'batch.polled' }>[]): void {
  const total = batches.reduce((sum, batch) => sum + batch.total, 0)
  const completed = batches.reduce((sum, batch) => sum + batch.completed + batch.failed, 0)
  const oldest = batches.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())[0]!
  bar.show('Completed:', completed, total, () => {
    const age = `open for ${formatDuration(Date.now() - oldest.createdAt.getTime())}`
    if (!oldest.expiresAt) return age
    return `${age}, expires in ${formatDuration(oldest.expiresAt.getTime() - Date.now())}`
  })
}

/** What takes a moment on a line like those at home. */
const TOLD_UPLOAD_BYTES = 10_000_000

type Told = Exclude<
  ProgressEvent,
  { kind: 'images.read' | 'tasks.written' | 'calls.answered' | 'batch.polled' }
>

/** What a person wants to read of an event; undefined for what the result tells anyway. */
function sentenceOf(event: Told): string | undefined {
  switch (event.kind) {
    case 'run.started':
    case 'run.finished':
    case 'batch.collected':
      return undefined
    case 'run.queued':
      return `run ${event.run} is in the daemon's queue; it goes on there, also when this command is stopped`
    case 'run.continued':
      return `run ${event.run} goes on where it was left`
    case 'run.interrupted':
      return `run ${event.run} had ended early (${event.because}); what it did is kept`
    case 'source.observed':
      return `${event.asset}: ${summarizeStep(event.asset, event.metadata)}`
    case 'step.fresh':
      return `${event.asset}: up to date`
    case 'step.started':
      return `${event.asset}: ${event.because} ...`
    case 'step.done':
      return `${event.asset}: ${summarizeStep(event.asset, event.metadata)}`
    case 'step.waiting':
      return undefined
    case 'step.held':
      return `${event.asset}: held, ${event.because}. ${event.hint}`
    case 'round.started':
      return `round ${event.round}: ${event.because}`
    case 'ahead.failed':
      return `warning: ${event.asset} could not begin yet (${messageOf(event.error)}); it is tried again in its turn`
    case 'source.failed':
    case 'step.failed':
      return `${event.asset}: failed`
    case 'input.stale':
      return `warning: "${event.asset}" is made from "${event.input}", which is out of date: ${event.because}`
    case 'asset.unsettled':
      return `warning: ${event.asset} is still out of date: ${event.because}`
    case 'batch.uploading':
      return event.bytes < TOLD_UPLOAD_BYTES
        ? undefined
        : `uploading ${event.part}, ${formatBytes(event.bytes)} ...`
    case 'batch.submitted':
    case 'batch.adopted':
      return `${event.kind === 'batch.adopted' ? 'found again' : 'submitted'}: batch ${event.batch} with ${formatCountOf(event.requests, 'request')}`
    case 'calls.opened':
      return `asking one by one: ${formatCountOf(event.requests, 'request')} of ${event.part}`
    case 'calls.lost':
      return `warning: ${formatCountOf(event.calls, 'request was', 'requests were')} in the air without an answer; asked again, and perhaps charged twice`
    case 'batch.doubtful':
      return `warning: no answer to the creation of a batch (${event.because}); looking for it before trying again`
    case 'batch.refused':
      return `warning: ${event.part} was refused: ${event.because}`
    case 'batch.withdrawn':
      return `warning: ${event.part} is not sent: ${event.because}`
    case 'batch.poll_failed':
      return `warning: a poll of ${event.batch} failed (${event.because}); it is tried again`
    case 'batch.status_unknown':
      return `warning: ${event.batch}: ${event.because}`
    case 'batch.limit_learned':
      return `the provider lets ${formatCount(event.tokens)} tokens of ${event.model} wait at once; parts are cut, and wait, for that`
    case 'batch.usage_differs':
      return `warning: ${event.batch}: ${describeUsageDifference(event.charged, event.reported)}`
    case 'batch.rejected':
      return `warning: ${event.batch} was rejected: ${event.because}`
    default:
      return daemonSentenceOf(event)
  }
}

/** What a person wants to read of a daemon's own events. */
function daemonSentenceOf(event: DaemonEvent): string {
  switch (event.kind) {
    case 'daemon.started':
      return event.once
        ? `looking after ${event.home}, once`
        : `looking after ${event.home}; stop with Ctrl-C`
    case 'daemon.page_served':
      return `daemon: the page is served at ${event.url}`
    case 'daemon.listening':
      return `health, metrics and webhooks at ${event.url}`
    case 'daemon.stopping':
      return `stopping: ${event.because}`
    case 'daemon.stopped':
      return 'stopped; what is at the provider goes on there'
    case 'daemon.config_refused':
      return `warning: the config is not usable, the last good one stays: ${event.because}`
    case 'tick.decided':
      return `tick ${event.tick}: ${event.because}`
    case 'home.cleaned':
      return `cleaned: ${formatCountOf(event.files, 'file')}, ${formatBytes(event.bytes)}, and ${formatCountOf(event.records, 'record')}`
    case 'tick.failed':
      return `warning: a tick failed, the next one tries again: ${messageOf(event.error)}`
    case 'run.failed':
      return `run ${event.run}: failed: ${messageOf(event.error)}`
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** One bar at a time; lines are written above it. */
class Bar {
  #bar: SingleBar | undefined
  #label = ''

  constructor(private readonly stream: NodeJS.WriteStream) {}

  /** @param more  what stands behind the numbers, asked at every repaint. */
  show(label: string, value: number, total: number, more: () => string = () => ''): void {
    if (this.#label !== label) this.hide()
    if (!this.#bar) {
      this.#label = label
      this.#bar = new SingleBar({
        stream: this.stream,
        clearOnComplete: true,
        hideCursor: true,
        format: (_options, params, payload: { more(): string }) => {
          const width = 24
          const filled = Math.round((params.total === 0 ? 0 : params.value / params.total) * width)
          const drawn = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
          return `${label} ${formatCount(params.value)}/${formatCount(params.total)} ${drawn} ${payload.more()}`
        },
      })
      this.#bar.start(total, value, { more })
    }
    this.#bar.setTotal(total)
    this.#bar.update(value, { more })
  }

  hide(): void {
    this.#bar?.stop()
    this.#bar = undefined
  }
}
