/** A fixed number of places; who finds none free waits, and gets one in the order of arrival. */
export class Places {
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(count: number) {
    this.#free = count
  }

  /**
   * Takes a place, waiting for it if need be.
   *
   * @returns the function that gives the place back, to be called once; undefined when the signal came first.
   */
  async take(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined
    if (this.#free > 0) this.#free--
    else if (!(await this.#comesFree(signal))) return undefined
    return () => this.#giveBack()
  }

  #comesFree(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const getPlace = () => {
        signal.removeEventListener('abort', leave)
        resolve(true)
      }
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(getPlace), 1)
        resolve(false)
      }
      this.#waiting.push(getPlace)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  /** The place goes straight to the next one waiting, so that nobody can overtake. */
  #giveBack(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }
}
