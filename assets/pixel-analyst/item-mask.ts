import { clusterColors } from './clusters.js'
import type { Picture } from './picture.js'

/** Which pixels belong to the item in the picture: 1 for the item, 0 for its surroundings, row by row. */
export type ItemMask = Uint8Array

const COLOR_GROUPS = 14
const ROUNDS = 5
/** How much the colour evidence of one pixel's neighbourhood counts; radius in pixels. */
const BLUR_RADIUS = 2
/** A second part, such as the other shoe of a pair, counts from this share of the largest part. */
const PART_SHARE = 0.3

/**
 * Separates the item from its surroundings by what photos of clothes have in common: the item lies near the middle, its
 * surroundings reach the border, and both repeat their colours.
 *
 * Starts from a guess by position, then learns in turns which colours the item and the surroundings have, and
 * which pixels they therefore take (expectation maximisation over colour groups). A narrow guess keeps surroundings out
 * while it learns; a wide one then lets the item reach its full size. Of the result, the parts with the most weight near
 * the middle stay. The mask is empty when the colours do not separate.
 */
export function findItem(picture: Picture): ItemMask {
  const { width, height, pixels } = picture
  const { groupOf, groups } = clusterColors(pixels, COLOR_GROUPS)
  const narrow = centralPrior(width, height, 0.09)
  const wide = centralPrior(width, height, 0.2)
  let belief: Float64Array = narrow
  for (let round = 0; round < ROUNDS; round += 1) {
    const prior = round < ROUNDS - 1 ? narrow : wide
    const odds = itemOdds(groupOf, groups.length, belief)
    const evidence = prior.map((chance, index) => {
      const forItem = chance * (odds[groupOf[index] ?? 0] ?? 1)
      return forItem / (forItem + (1 - chance))
    })
    belief = blur(evidence, width, height)
  }
  return largestParts(
    Uint8Array.from(belief, (chance) => (chance > 0.5 ? 1 : 0)),
    narrow,
    width,
  )
}

/** The item without its outline, where pixels mix its colours with the surroundings'; the whole of a very thin item. */
export function withoutOutline(mask: ItemMask, width: number): ItemMask {
  const inner = mask.map((isItem, index) =>
    isItem && neighbours(index, width, mask.length).every((next) => mask[next] === 1) ? 1 : 0,
  )
  return inner.includes(1) ? inner : mask
}

/**
 * The chance by position alone that a pixel shows the item: about even in the middle, low at the border. Position alone
 * never makes a pixel the item's; its colour has to be commoner in the middle than around it.
 *
 * @param spread  the squared distance from the middle, in picture sizes, at which the chance has fallen to a third.
 */
function centralPrior(width: number, height: number, spread: number): Float64Array {
  return Float64Array.from({ length: width * height }, (_, index) => {
    const x = ((index % width) + 0.5) / width - 0.5
    const y = (Math.floor(index / width) + 0.5) / height - 0.5
    return 0.03 + 0.48 * Math.exp(-(x * x + y * y) / spread)
  })
}

/** Per colour group, how many times likelier it is on the item than around it. */
function itemOdds(groupOf: Uint8Array, groups: number, belief: Float64Array): number[] {
  const item = new Float64Array(groups).fill(1)
  const around = new Float64Array(groups).fill(1)
  let itemTotal = groups
  let aroundTotal = groups
  groupOf.forEach((group, index) => {
    const chance = belief[index] ?? 0
    item[group] = (item[group] ?? 0) + chance
    around[group] = (around[group] ?? 0) + 1 - chance
    itemTotal += chance
    aroundTotal += 1 - chance
  })
  return Array.from(item, (weight, group) => weight / itemTotal / ((around[group] ?? 1) / aroundTotal))
}

/** A box blur, first along the rows, then along the columns. */
function blur(values: Float64Array, width: number, height: number): Float64Array {
  return blurLines(blurLines(values, width, height, 1, width), height, width, width, 1)
}

/** Blurs `lines` lines of `length` values, `step` apart within a line and `stride` apart from line to line. */
function blurLines(
  values: Float64Array,
  length: number,
  lines: number,
  step: number,
  stride: number,
): Float64Array {
  const result = new Float64Array(values.length)
  for (let line = 0; line < lines; line += 1) {
    for (let at = 0; at < length; at += 1) {
      const from = Math.max(0, at - BLUR_RADIUS)
      const to = Math.min(length - 1, at + BLUR_RADIUS)
      let sum = 0
      for (let near = from; near <= to; near += 1) sum += values[line * stride + near * step] ?? 0
      result[line * stride + at * step] = sum / (to - from + 1)
    }
  }
  return result
}

/** Keeps the connected part with the most weight near the middle, and others that come close to it. */
function largestParts(mask: ItemMask, prior: Float64Array, width: number): ItemMask {
  const parts = connectedParts(mask, width).map((indexes) => ({
    indexes,
    weight: indexes.reduce((sum, index) => sum + (prior[index] ?? 0), 0),
  }))
  const most = Math.max(0, ...parts.map(({ weight }) => weight))
  const kept = new Uint8Array(mask.length)
  for (const { indexes, weight } of parts) {
    if (weight >= PART_SHARE * most) for (const index of indexes) kept[index] = 1
  }
  return kept
}

function connectedParts(mask: ItemMask, width: number): number[][] {
  const seen = new Uint8Array(mask.length)
  const parts: number[][] = []
  mask.forEach((isItem, start) => {
    if (!isItem || seen[start]) return
    const part = [start]
    seen[start] = 1
    for (const index of part) {
      for (const next of neighbours(index, width, mask.length)) {
        if (!mask[next] || seen[next]) continue
        seen[next] = 1
        part.push(next)
      }
    }
    parts.push(part)
  })
  return parts
}

function neighbours(index: number, width: number, size: number): number[] {
  const x = index % width
  const around: number[] = []
  if (x > 0) around.push(index - 1)
  if (x < width - 1) around.push(index + 1)
  if (index >= width) around.push(index - width)
  if (index + width < size) around.push(index + width)
  return around
}
