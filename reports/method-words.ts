import { formatCount, formatCountOf } from './numbers.js'

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

/** What the cost of a method is known from. @param pictures  of the home. */
export function basisInWords(
  { basis, measured_on: count }: { basis: 'measured' | 'measured_usage' | 'estimated'; measured_on: number },
  pictures: number,
): string {
  if (basis === 'estimated') return 'estimated'
  // More were charged than there are pictures where some are gone.
  const on =
    count > pictures
      ? `measured on ${formatCountOf(count, 'request')}`
      : `measured on ${formatCount(count)} of ${formatCount(pictures)}`
  return basis === 'measured' ? on : `${on} in another lane`
}
