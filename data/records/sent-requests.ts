const FINGERPRINT_LENGTH = 40

/**
 * The requests that a batch was sent with, in some fifty bytes each and outside of V8's heap: fifty thousand strings there would
 * be copied until they are old, and let it grow for good.
 */
export class SentRequests {
  #size = 0
  #ids = new Float64Array(1024)
  #fingerprints = Buffer.alloc(1024 * FINGERPRINT_LENGTH)

  get size(): number {
    return this.#size
  }

  /**
   * @param id  above all that were added before.
   * @param fingerprint  of forty ASCII characters.
   */
  add(id: number, fingerprint: string): void {
    if (this.#size === this.#ids.length) this.#grow()
    this.#ids[this.#size] = id
    this.#fingerprints.write(fingerprint, this.#size * FINGERPRINT_LENGTH, 'latin1')
    this.#size++
  }

  /** At which place, from 0, a request of this id and fingerprint was added; -1 where none was. */
  indexOf(id: number, fingerprint: string): number {
    let [low, high] = [0, this.#size]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#ids[middle]! < id) low = middle + 1
      else high = middle
    }
    return low < this.#size && this.#ids[low] === id && this.#fingerprint(low) === fingerprint ? low : -1
  }

  /** All ids, ascending. */
  ids(): Float64Array {
    return this.#ids.subarray(0, this.#size)
  }

  #fingerprint(index: number): string {
    const at = index * FINGERPRINT_LENGTH
    return this.#fingerprints.toString('latin1', at, at + FINGERPRINT_LENGTH)
  }

  #grow(): void {
    const [ids, fingerprints] = [this.#ids, this.#fingerprints]
    this.#ids = new Float64Array(2 * ids.length)
    this.#ids.set(ids)
    this.#fingerprints = Buffer.alloc(2 * fingerprints.length)
    this.#fingerprints.set(fingerprints)
  }
}
