/** Chance that is the same in every run: all that is random in a simulation comes from its seed. */
export type Dice = {
  /** At least 0, less than 1. */
  next(): number
  /** True with the given probability. */
  chance(probability: number): boolean
  /** One of them. */
  pick<T>(items: readonly T[]): T
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number
}

/** The mulberry32 generator (Tommy Ettinger, public domain). */
export function diceOf(seed: number): Dice {
  let state = (seed * 0x9e3779b1) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)]!,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
  }
}
