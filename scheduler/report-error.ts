import process from 'node:process'
import { explainSystemError } from '../data/system-errors.js'
import { isExpected } from '../pipeline/errors.js'
import { printableLines } from '../reports/printable.js'
import { exitCodes } from './exit-codes.js'
import { maskSecretsOf } from './secrets.js'
import { UsageError } from './usage-error.js'

/** Errors of the house that mean: what was typed cannot be done as typed. */
const BAD_USAGE = new Set([
  'unknown_asset',
  'bad_selection',
  'unknown_model',
  'bad_config',
  'bad_catalogue',
  'no_images',
  'other_images',
  'sample_needs_pinned',
  'no_home',
  'no_key',
  'bad_key',
  'bad_base_url',
  'no_such_part',
  'no_such_batch',
])

/**
 * Writes an error for a person: what is wrong, and what to do next. Of an error that nobody foresaw the stack is
 * written, too. Secrets are masked, and what strangers' text holds for the terminal is shown as escapes.
 *
 * @returns the exit code that goes with it.
 */
export function reportError(raw: unknown, to: NodeJS.WritableStream, isDebug = false): number {
  const error = isExpected(raw) || raw instanceof UsageError ? raw : (explainSystemError(raw) ?? raw)
  const isKnown = isExpected(error) || error instanceof UsageError
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  const lines = [`error: ${isKnown ? message : `unexpected: ${message}`}`]
  if (isKnown && error.hint) lines.push(`hint: ${error.hint}`)
  if (stack && (isDebug || !isKnown)) lines.push(stack)
  to.write(`${printableLines(maskSecretsOf(process.env)(lines.join('\n')))}\n`)
  const isBadUsage = error instanceof UsageError || (isExpected(error) && BAD_USAGE.has(error.code))
  return isBadUsage ? exitCodes.badUsage : exitCodes.failed
}
