const zero = 48
const nine = 57

/**
 * Orders names as a person does: runs of digits by their value, everything else by code unit, so `2.jpg` comes before
 * `10.jpg`. Independent of locale; two different names never compare as equal.
 *
 * @returns below 0, 0 or above 0, as `Array.sort` expects.
 */
export function compareNaturally(a: string, b: string): number {
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const left = a.charCodeAt(i)
    const right = b.charCodeAt(j)
    if (isDigit(left) && isDigit(right)) {
      const leftStart = skipZeros(a, i)
      const rightStart = skipZeros(b, j)
      i = skipDigits(a, leftStart)
      j = skipDigits(b, rightStart)
      const byLength = i - leftStart - (j - rightStart)
      if (byLength !== 0) return byLength
      const byDigits = compareUnits(a.slice(leftStart, i), b.slice(rightStart, j))
      if (byDigits !== 0) return byDigits
    } else if (left !== right) {
      return left - right
    } else {
      i++
      j++
    }
  }
  // Equal up to leading zeros, or one is the beginning of the other.
  return a.length - i - (b.length - j) || compareUnits(a, b)
}

function isDigit(unit: number): boolean {
  return unit >= zero && unit <= nine
}

function skipZeros(text: string, from: number): number {
  while (text.charCodeAt(from) === zero) from++
  return from
}

function skipDigits(text: string, from: number): number {
  while (isDigit(text.charCodeAt(from))) from++
  return from
}

function compareUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
