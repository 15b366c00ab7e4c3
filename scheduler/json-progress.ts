import { pino } from 'pino'
import { isExpected } from '../pipeline/errors.js'
import type { Mask } from '../pipeline/mask.js'
import type { Progress, ProgressEvent } from './progress.js'

/** Of what happens once a picture, every so manieth is told. */
const EVERY = 1_000

/** One JSON object a line: `time`, `level`, `event`, and the event's own fields. Every line goes through the mask. */
export function jsonProgress(stream: NodeJS.WritableStream, mask: Mask): Progress {
  const masked = { write: (line: string) => void stream.write(mask(line)) }
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, masked)
  return {
    notify(event) {
      const { kind, ...fields } = event
      if ('done' in event && event.done % EVERY !== 0) return
      log[levelOf(event)]({ event: kind, ...(underscored({ ...fields, ...errorFields(fields) }) as object) })
    },
    say: (text) => log.info({ event: 'notice', text }),
    warn: (text) => log.warn({ event: 'notice', text }),
    stop() {},
  }
}

function levelOf({ kind }: ProgressEvent): 'info' | 'warn' | 'error' {
  const errors = ['step.failed', 'source.failed', 'run.failed', 'batch.rejected']
  if (errors.includes(kind)) return 'error'
  const warnings = [
    'batch.doubtful',
    'batch.refused',
    'batch.withdrawn',
    'batch.poll_failed',
    'batch.status_unknown',
    'batch.usage_differs',
    'calls.lost',
    'ahead.failed',
    'step.held',
    'input.stale',
    'daemon.config_refused',
    'tick.failed',
  ]
  return warnings.includes(kind) ? 'warn' : 'info'
}

/** The fields of an event under the names that JSON has everywhere else: `createdAt` is `created_at`. */
function underscored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(underscored)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, below]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      underscored(below),
    ]),
  )
}

/** An error itself is not a JSON value. */
function errorFields(fields: object): object {
  if (!('error' in fields)) return {}
  const { error } = fields
  return {
    error: error instanceof Error ? error.message : String(error),
    ...(isExpected(error) ? { code: error.code } : {}),
  }
}
