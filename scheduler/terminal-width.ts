import process from 'node:process'

/** How many characters a printed line may have: what the terminal shows, or any number where none is watching. */
export function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : Infinity
}
