/** What every error that a person may see carries: a stable code, a sentence with the values, and the next step. */
export type ErrorParts = {
  /** Stable, snake_case; scripts may match on it. */
  code: string
  message: string
  /** What to type or change next, as a sentence. */
  hint?: string | undefined
  cause?: unknown
}

/** A failure of what is stored: the database file, an artifact, the catalogue. */
export class DataError extends Error {
  readonly code: string
  readonly hint: string | undefined

  constructor({ code, message, hint, cause }: ErrorParts) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'DataError'
    this.code = code
    this.hint = hint
  }
}
