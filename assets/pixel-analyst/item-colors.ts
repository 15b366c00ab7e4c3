import type { Term } from '../analysis/vocabulary.js'
import { clusterColors, type Clusters } from './clusters.js'
import { nameColor } from './color-names.js'
import type { Colors, Oklab } from './oklab.js'
import { inWhiteLight, type SceneLight } from './scene-light.js'

const COLOR_GROUPS = 6
/** Below this share of the item, a colour is a seam, a label or a rest of the surroundings. */
const MIN_SHARE = 0.12
/** Up to this share, another lightness of the main hue is a fold or a shadow; above it, it is a second colour. */
const MAX_SHADE_SHARE = 0.3
const SHADE_CHROMA_DISTANCE = 0.03
const SHADE_LIGHTNESS_DISTANCE = 0.25
const MAX_COLORS = 4
/** With this many colours and none of them above this share, none leads. */
const MULTICOLOR_COUNT = 4
const MULTICOLOR_SHARE = 0.34

type NamedShare = { name: Term<'color'>; share: number; color: Oklab }

/** The colour names of an area, the largest share first, at most four; empty for an empty area. */
export function nameColors(colors: Colors, light: SceneLight): Term<'color'>[] {
  const shares = sharesByName(clusterColors(colors, COLOR_GROUPS).groups, colors.size, light)
  const [main, ...others] = shares
  if (main === undefined) return []
  const distinct = others.filter((other) => other.share >= MIN_SHARE && !isShadeOf(main, other))
  if (main.share < MULTICOLOR_SHARE && distinct.length + 1 >= MULTICOLOR_COUNT) return ['multicolor']
  return [main, ...distinct].slice(0, MAX_COLORS).map(({ name }) => name)
}

/** The name of the colour that covers most of an area; undefined for an empty area. */
export function nameMainColor(colors: Colors, light: SceneLight): Term<'color'> | undefined {
  return sharesByName(clusterColors(colors, COLOR_GROUPS).groups, colors.size, light)[0]?.name
}

/** Adds up the groups that have the same name; the largest group gives the colour. */
function sharesByName(groups: Clusters['groups'], total: number, light: SceneLight): NamedShare[] {
  const named = new Map<string, NamedShare>()
  for (const { color, size } of groups.toSorted((one, other) => other.size - one.size)) {
    const name = nameColor(inWhiteLight(color, light))
    const earlier = named.get(name)
    if (earlier) earlier.share += size / total
    else named.set(name, { name, share: size / total, color })
  }
  return [...named.values()].toSorted((one, other) => other.share - one.share)
}

function isShadeOf(main: NamedShare, other: NamedShare): boolean {
  const chromaDistance = Math.hypot(main.color.a - other.color.a, main.color.b - other.color.b)
  const lightnessDistance = Math.abs(main.color.l - other.color.l)
  return (
    other.share < MAX_SHADE_SHARE &&
    chromaDistance < SHADE_CHROMA_DISTANCE &&
    lightnessDistance < SHADE_LIGHTNESS_DISTANCE
  )
}
