/** Whoever comes waits until the gate is opened; then it stays open. */
export class Gate {
  /** How many have come so far. */
  arrivals = 0
  readonly #opened: Promise<void>
  #open: () => void = () => {}

  constructor() {
    this.#opened = new Promise((resolve) => (this.#open = resolve))
  }

  passed(): Promise<void> {
    this.arrivals++
    return this.#opened
  }

  open(): void {
    this.#open()
  }
}
