/** A colour in OKLab: lightness 0 to 1, and two opponent axes of about -0.4 to 0.4. Distances are about perceptual. */
export type Oklab = { l: number; a: number; b: number }

/** Many colours, one array per axis: a picture's worth of objects would cost most of the time of an analysis. */
export type Colors = { size: number; l: Float32Array; a: Float32Array; b: Float32Array }

/** Linear light of each 8-bit sRGB value. */
const LINEAR = Float64Array.from({ length: 256 }, (_, value) => {
  const s = value / 255
  return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4
})

/** OKLab of an 8-bit sRGB colour, after Björn Ottosson, "A perceptual color space for image processing" (2020). */
export function oklabOf(red: number, green: number, blue: number): Oklab {
  const r = LINEAR[red] ?? 0
  const g = LINEAR[green] ?? 0
  const b = LINEAR[blue] ?? 0
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return {
    l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    a: 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    b: 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  }
}

/** The colours at which `mask` has a 1, in order. */
export function colorsWhere(colors: Colors, mask: Uint8Array): Colors {
  const here = (_: number, index: number): boolean => mask[index] === 1
  const l = colors.l.filter(here)
  return { size: l.length, l, a: colors.a.filter(here), b: colors.b.filter(here) }
}

/** The mean colour; black for none. */
export function meanColor({ size, l, a, b }: Colors): Oklab {
  const mean = (axis: Float32Array): number => axis.reduce((sum, value) => sum + value, 0) / Math.max(1, size)
  return { l: mean(l), a: mean(a), b: mean(b) }
}
