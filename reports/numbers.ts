const counts = new Intl.NumberFormat('en-US')

/** A whole number with thousands separators: `7,988`. */
export function formatCount(count: number): string {
  return counts.format(count)
}

/** `1 image`, `7,988 images`. @param plural  where an "s" is not enough. */
export function formatCountOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`
}

/** A part of one as a signed percentage with one decimal: `+1.2 %`, `0.0 %`, `-44.3 %`. */
export function formatPercent(part: number): string {
  const percent = (part * 100).toFixed(1)
  const isZero = Number(percent) === 0
  return `${isZero ? '0.0' : part > 0 ? `+${percent}` : percent} %`
}

/** Bytes in decimal units, as providers count them: `999 B`, `34.2 kB`, `200 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${units[unit]}`
}

/** A length of time in its two largest units: `0s`, `45s`, `3m 12s`, `23h 56m`, `2d 4h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([amount]) => amount > 0)
  if (first === -1) return '0s'
  return parts
    .slice(first, first + 2)
    .filter(([amount], index) => index === 0 || amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(' ')
}
