import type { Analysis, Garment } from '../analysis/schema.js'
import type { Term } from '../analysis/vocabulary.js'
import { nameColors, nameMainColor } from './item-colors.js'
import { findItem, withoutOutline } from './item-mask.js'
import { colorsWhere, meanColor, type Oklab } from './oklab.js'
import { measureQuality, type PictureQuality } from './picture-quality.js'
import { loadPicture } from './picture.js'
import { estimateLight } from './scene-light.js'

/** An item smaller or larger than this share of the picture is no item that could be told from its surroundings. */
const MIN_ITEM_SHARE = 0.015
const MAX_ITEM_SHARE = 0.92
/** Colours nearer than this look alike. */
const MIN_SEPARATION = 0.015
/** From this distance on, item and surroundings separate as well as can be. */
const FULL_SEPARATION = 0.25
/** Colours are all that pixels tell, so the analysis as a whole is never surer than this. */
const MAX_CONFIDENCE = 0.35

type Findings = {
  itemColors: Term<'color'>[]
  backgroundColor: Term<'color'> | undefined
  /** The share of the picture that the item fills; 0 when no item stands out. */
  itemShare: number
  /** How clearly the item differs from its surroundings, 0 to 1. */
  separation: number
  quality: PictureQuality
}

/**
 * Describes a picture by measuring its pixels, without a model: the colours of the item in the middle, the colour around
 * it, the light, and the technical quality. Everything else is `unknown`, null or empty, and the confidence is at
 * most 0.35. The same bytes give the same analysis.
 *
 * Throws `UnreadableImageError` when the bytes are no picture or a damaged one.
 */
export async function analysePixels(bytes: Buffer): Promise<Analysis> {
  return analysisOf(await measure(bytes))
}

/** The analysis of a request that shows no picture. */
export function analysisWithoutPicture(): Analysis {
  return { ...unknownAnalysis, description: 'No picture was given.' }
}

const unknownAnalysis: Analysis = {
  description: '',
  garments: [],
  styles: [],
  occasion: 'unknown',
  seasons: [],
  palette: [],
  setting: 'unknown',
  people_count: null,
  visible_text: null,
  brand: null,
  quality: 'unknown',
  confidence: 0,
}

async function measure(bytes: Buffer): Promise<Findings> {
  const picture = await loadPicture(bytes)
  const mask = findItem(picture)
  const item = colorsWhere(picture.pixels, mask)
  const inside = colorsWhere(picture.pixels, withoutOutline(mask, picture.width))
  const around = colorsWhere(
    picture.pixels,
    mask.map((isItem) => 1 - isItem),
  )
  const background = meanColor(around)
  const light = estimateLight(picture.pixels, background)
  const itemShare = item.size / picture.pixels.size
  const distance = distanceOf(meanColor(item), background)
  const standsOut = itemShare >= MIN_ITEM_SHARE && itemShare <= MAX_ITEM_SHARE && distance >= MIN_SEPARATION
  return {
    itemColors: standsOut ? nameColors(inside, light) : [],
    backgroundColor: nameMainColor(standsOut ? around : picture.pixels, light),
    itemShare: standsOut ? itemShare : 0,
    separation: standsOut ? Math.min(1, distance / FULL_SEPARATION) : 0,
    quality: measureQuality(picture, mask),
  }
}

function distanceOf(one: Oklab, other: Oklab): number {
  return Math.hypot(one.l - other.l, one.a - other.a, one.b - other.b)
}

function analysisOf(findings: Findings): Analysis {
  return {
    ...unknownAnalysis,
    description: describe(findings),
    garments: findings.itemColors.length === 0 ? [] : [itemIn(findings.itemColors)],
    palette: findings.itemColors,
    quality: findings.quality.grade,
    confidence: Math.round(findings.separation * MAX_CONFIDENCE * 100) / 100,
  }
}

function itemIn(colors: Term<'color'>[]): Garment {
  return {
    category: 'unknown',
    type: 'item',
    colors,
    pattern: 'unknown',
    material: 'unknown',
    fit: 'unknown',
    length: 'unknown',
    sleeve: 'unknown',
    neckline: 'unknown',
    details: [],
  }
}

function describe({ itemColors, backgroundColor, itemShare, quality }: Findings): string {
  const surroundings = readable(backgroundColor ?? 'grey')
  const [main, ...others] = itemColors
  if (main === undefined) return `No item stands out in a mostly ${surroundings} picture, ${quality.light}.`
  const item =
    others.length === 0 ? `mostly ${readable(main)} item` : `${listed(itemColors.map(readable))} item`
  const framing = `filling ${Math.round(itemShare * 100)} % of the picture`
  const sentence = `${withArticle(item)} on ${withArticle(surroundings)} background, ${quality.light}, ${framing}.`
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}

function listed(words: string[]): string {
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function withArticle(words: string): string {
  return `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`
}

function readable(name: Term<'color'>): string {
  return name === 'off_white' ? 'off-white' : name.replaceAll('_', ' ')
}
