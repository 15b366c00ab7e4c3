// The same, on top of ever more stored answers: 20,000 lines must not take longer because there are millions already.
import { limit, ours, prepareOnTop } from './collect.mjs'

const LINES = 20_000

export const stage = {
  unit: 'stored answers under 20,000 lines',
  limit: 'JSON.parse of each line alone',
  goal: { atLeast: 0.25, peakMb: 120, flat: 'flat' },
  sizes: { usual: [20_000, 200_000], full: [200_000, 2_000_000] },
  ways: ['limit', 'ours'],
}

export async function prepare({ folder, size }) {
  await prepareOnTop(folder, size, LINES)
}

export { limit, ours }
