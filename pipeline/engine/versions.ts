import { createHash } from 'node:crypto'

/**
 * A SHA-256 (hex) over texts, each preceded by its length in bytes, so that no two lists run together: ("a", "bc") and
 * ("ab", "c") differ.
 */
export function digest(texts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(`${Buffer.byteLength(text)}:`).update(text)
  return hash.digest('hex')
}

/**
 * A digest of a set of items that does not depend on their order and that items can be taken out of again: the sum of
 * their SHA-256 values modulo 2^256. An item that is added twice counts twice.
 *
 * It tells accidental differences apart; whoever could choose items at will might construct two sets with one sum.
 */
export class SetSum {
  #sum = 0n

  add(item: readonly string[]): void {
    this.#sum = BigInt.asUintN(256, this.#sum + valueOf(item))
  }

  remove(item: readonly string[]): void {
    this.#sum = BigInt.asUintN(256, this.#sum - valueOf(item))
  }

  /** Adds all items of another set, given by its `hex`. */
  addAll(hex: string): void {
    this.#sum = BigInt.asUintN(256, this.#sum + BigInt(`0x${hex}`))
  }

  /** 64 hex characters; all zeros for the empty set. */
  hex(): string {
    return this.#sum.toString(16).padStart(64, '0')
  }
}

function valueOf(item: readonly string[]): bigint {
  return BigInt(`0x${digest(item)}`)
}
