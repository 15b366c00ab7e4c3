/** A method (profile and lane, as `compact/batch`) by its name where it has one, else in words. */
export function methodInWords(method: string): string {
  return names[method] ?? method.replace('/', ', ')
}

const names: Record<string, string> = {
  'original/individual': 'original (verbose, one by one)',
  'compact/individual': 'individual (compact, one by one)',
  'compact/batch': 'batch (compact, in a batch)',
  'compact/flex': 'flex (compact, one by one)',
  'original/batch': 'original in a batch',
  'original/flex': 'original in flex',
}
