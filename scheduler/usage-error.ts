/** A command line that cannot be understood, or a value that is not allowed. */
export class UsageError extends Error {
  readonly hint: string

  constructor(message: string, hint = 'Run the command with --help to see its options and examples.') {
    super(message)
    this.name = 'UsageError'
    this.hint = hint
  }
}
