import { meanColor, type Colors, type Oklab } from './oklab.js'

/** Colours sorted into groups: the mean and the size of each group, and the group of each colour. */
export type Clusters = { groups: { color: Oklab; size: number }[]; groupOf: Uint8Array }

const ROUNDS = 4

/**
 * Groups colours by k-means. Deterministic: it starts from the mean, then from the colours farthest from all starts so far.
 *
 * @param count  the most groups wanted, at most 255; fewer come back when there are fewer distinct colours, none for none.
 */
export function clusterColors(colors: Colors, count: number): Clusters {
  const groupOf = new Uint8Array(colors.size)
  if (colors.size === 0) return { groups: [], groupOf }
  let groups = startingColors(colors, count).map((color) => ({ color, size: 0 }))
  for (let round = 0; round < ROUNDS; round += 1) groups = regroup(colors, groups, groupOf)
  return { groups, groupOf }
}

function startingColors(colors: Colors, count: number): Oklab[] {
  const starts = [meanColor(colors)]
  const distances = new Float32Array(colors.size).fill(Infinity)
  while (starts.length < count) {
    const farthest = farthestFrom(colors, starts.at(-1) as Oklab, distances)
    if (distances[farthest] === 0) break
    starts.push(colorAt(colors, farthest))
  }
  return starts
}

/** Takes one more start into the distances, and returns the index of the colour that is now farthest from all. */
function farthestFrom(colors: Colors, start: Oklab, distances: Float32Array): number {
  let farthest = 0
  for (let index = 0; index < colors.size; index += 1) {
    distances[index] = Math.min(distances[index] as number, squaredDistance(colors, index, start))
    if ((distances[index] as number) > (distances[farthest] as number)) farthest = index
  }
  return farthest
}

/** One round: writes the nearest group of each colour to `groupOf`, and returns the groups with their new means. */
function regroup(colors: Colors, groups: Clusters['groups'], groupOf: Uint8Array): Clusters['groups'] {
  const sums = groups.map(() => ({ l: 0, a: 0, b: 0, size: 0 }))
  for (let index = 0; index < colors.size; index += 1) {
    const group = nearest(colors, index, groups)
    groupOf[index] = group
    const sum = sums[group] as (typeof sums)[number]
    sum.l += colors.l[index] as number
    sum.a += colors.a[index] as number
    sum.b += colors.b[index] as number
    sum.size += 1
  }
  return sums.map(({ l, a, b, size }, group) => ({
    color: size === 0 ? (groups[group]?.color as Oklab) : { l: l / size, a: a / size, b: b / size },
    size,
  }))
}

function nearest(colors: Colors, index: number, groups: Clusters['groups']): number {
  let best = 0
  let bestDistance = Infinity
  for (let group = 0; group < groups.length; group += 1) {
    const distance = squaredDistance(colors, index, (groups[group] as { color: Oklab }).color)
    if (distance < bestDistance) {
      best = group
      bestDistance = distance
    }
  }
  return best
}

function colorAt({ l, a, b }: Colors, index: number): Oklab {
  return { l: l[index] as number, a: a[index] as number, b: b[index] as number }
}

function squaredDistance({ l, a, b }: Colors, index: number, color: Oklab): number {
  const dl = (l[index] as number) - color.l
  const da = (a[index] as number) - color.a
  const db = (b[index] as number) - color.b
  return dl * dl + da * da + db * db
}
