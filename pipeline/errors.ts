import { DataError, type ErrorParts } from '../data/data-error.js'

/** A failure with a stable code, a sentence that quotes the value, and a hint that names the next step. */
export class HemlineError extends Error {
  readonly code: string
  readonly hint: string | undefined

  constructor({ code, message, hint, cause }: ErrorParts) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'HemlineError'
    this.code = code
    this.hint = hint
  }
}

/** Whether an error was written for a person to read (code, sentence, hint), wherever in the house it arose. */
export function isExpected(error: unknown): error is HemlineError | DataError {
  return error instanceof HemlineError || error instanceof DataError
}
