import type { Term } from '../analysis/vocabulary.js'
import { oklabOf, type Oklab } from './oklab.js'

/** A colour that the vocabulary names; `multicolor` is a statement about several. */
export type ColorName = Exclude<Term<'color'>, 'multicolor' | 'silver' | 'gold'>

/**
 * Colours as fabric shows them in photographs, several per name. Black cloth reflects light and navy cloth is nearly
 * black, so these are not the textbook values.
 */
const ANCHORS: Record<ColorName, string[]> = {
  black: ['#0c0c0d', '#1d1d1f', '#2a2a2d', '#26221f', '#2d2a28', '#1e2025'],
  charcoal: ['#3c3d40', '#4a4b4f', '#4b4844', '#454b48'],
  grey: ['#5f6063', '#76777a', '#8e8f92', '#9c9da0', '#aaabae', '#8b8883', '#a19e9a'],
  white: ['#ffffff', '#f0f0f1', '#e2e3e5', '#d9dadc', '#cacbcd', '#f4f1ec', '#e4e0dc'],
  off_white: ['#f3ecdf', '#e9e0d0', '#ddd6c8', '#e3d8c4'],
  beige: ['#d8c7ac', '#c9b79c', '#b9a58a', '#d3bfae', '#b5a796', '#a3937f', '#a8958c', '#d2b8a4', '#93806f'],
  camel: ['#b88e5f', '#a87c4f', '#c19a6b', '#c69a7b', '#d3a684'],
  brown: ['#6f4e37', '#52382a', '#3c2a20', '#7d5f4c', '#85694f', '#4a342c', '#6b5a4c', '#50413a', '#453530'],
  navy: ['#141a33', '#1c2541', '#263050', '#2b3547', '#232838', '#1a2030'],
  blue: [
    '#2f4f8f',
    '#3559a8',
    '#1f4fbf',
    '#4a6fa0',
    '#46608a',
    '#54708f',
    '#3f5470',
    '#667a94',
    '#7389a3',
    '#3f6fd0',
    '#626b77',
    '#5f93ad',
    '#46505e',
  ],
  light_blue: ['#8fb3dc', '#a9c4e4', '#bcd0e6', '#9db4cc', '#8fa6bf', '#a8b6c6', '#7fb0e0', '#8db9cf'],
  teal: ['#1f6266', '#0f7478', '#2a5a62', '#1d4a52', '#3f7a80'],
  turquoise: ['#2fb5c0', '#4cc7c9', '#38a5bd', '#7cc4c4'],
  mint: ['#a9dcc3', '#bfe3d0', '#9fd0b4', '#8fd8b8', '#a9c4b8'],
  green: [
    '#3f8f4f',
    '#2f9e44',
    '#5ba35e',
    '#7a9a78',
    '#6fb36a',
    '#9aae93',
    '#8ba692',
    '#93aba0',
    '#4f8a73',
    '#5b6d62',
  ],
  dark_green: ['#1c3f2e', '#23492f', '#2b4637', '#1f3d2b', '#16302a', '#203a34'],
  olive: [
    '#5b5a37',
    '#6d6a41',
    '#4a4930',
    '#7c7a55',
    '#3f3d28',
    '#8e8a5a',
    '#5a5846',
    '#5a5138',
    '#4c473a',
    '#464234',
  ],
  yellow: ['#f2d43d', '#f6e36f', '#ffe100', '#e8c93a', '#e6c982'],
  mustard: ['#c9982f', '#b98a24', '#d2a53d'],
  orange: ['#e8762b', '#f08a3c', '#d9601f'],
  coral: ['#f08374', '#f59a86', '#e8806a', '#f0a58a', '#c9776b'],
  pink: [
    '#f0b6c3',
    '#e3a1b1',
    '#f3cdd3',
    '#d593a3',
    '#c78b90',
    '#cdb3b8',
    '#d9c0c8',
    '#b06a72',
    '#c8607a',
    '#9a5f60',
    '#8a5558',
    '#a58a8c',
  ],
  fuchsia: ['#d6308a', '#e0419b', '#b8206f', '#b52a5e', '#c62a66'],
  red: ['#c2202b', '#d92a2a', '#a81e26', '#b5383c', '#c93a4a', '#9c2a30'],
  burgundy: ['#6a1f2e', '#541a26', '#74283a', '#4a2028', '#7a2040'],
  purple: ['#5b3a8a', '#6f4aa3', '#4a2f63', '#7a5591', '#3f3080', '#33245e'],
  lilac: ['#b9a5d6', '#c8b8de', '#a795bd', '#bdb6cf'],
}

/** Hue and saturation separate names more than lightness, which light and shadow change. */
const CHROMA_WEIGHT = 2.2

const anchors = (Object.entries(ANCHORS) as [ColorName, string[]][]).flatMap(([name, colors]) =>
  colors.map((color) => ({ name, ...fromHex(color) })),
)

/** The name of the nearest known colour, by weighted distance in OKLab. */
export function nameColor(color: Oklab): ColorName {
  let best: ColorName = 'black'
  let bestDistance = Infinity
  for (const anchor of anchors) {
    const chroma = (anchor.a - color.a) ** 2 + (anchor.b - color.b) ** 2
    const distance = (anchor.l - color.l) ** 2 + CHROMA_WEIGHT ** 2 * chroma
    if (distance < bestDistance) {
      best = anchor.name
      bestDistance = distance
    }
  }
  return best
}

function fromHex(color: string): Oklab {
  const value = Number.parseInt(color.slice(1), 16)
  return oklabOf((value >> 16) & 255, (value >> 8) & 255, value & 255)
}
