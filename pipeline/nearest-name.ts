import leven from 'leven'

/** One that holds what was typed, else one that is a few letters off; undefined when nothing is near. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const lower = typed.toLowerCase()
  const containing = names.find((name) => lower.length > 2 && name.includes(lower))
  if (containing) return containing
  const [nearest] = names
    .map((name) => ({ name, distance: leven(lower, name) }))
    .toSorted((a, b) => a.distance - b.distance)
  return nearest && nearest.distance <= Math.max(2, nearest.name.length / 3) ? nearest.name : undefined
}
