import { START_OF_SCAN, jpegSegments } from './jpeg-segments.js'

/** The most pixels that are decoded: 100 megapixels, which take 300 MB at the worst. */
export const maxPixels = 100_000_000

/** The kinds of picture that are decoded here. */
export const pictureFormats = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const

export type PictureFormat = (typeof pictureFormats)[number]

/** What bytes are: a picture that is decoded here, one that is not and what to do with it, or no picture. */
export type Sniffed =
  | { kind: 'picture'; format: PictureFormat }
  | { kind: 'unsupported'; detail: string }
  | { kind: 'other'; detail: string }

/** Decides by the first bytes alone; a file's name has no say. */
export function sniffFormat(bytes: Buffer): Sniffed {
  const [, format] = signatures.find(([prefix]) => startsWith(bytes, prefix)) ?? []
  if (format !== undefined) return { kind: 'picture', format }
  if (startsWith(bytes, 'RIFF') && text(bytes, 8, 12) === 'WEBP') return { kind: 'picture', format: 'webp' }
  if (text(bytes, 4, 8) === 'ftyp') return sniffBrands(bytes)
  return sniffOthers(bytes)
}

/**
 * Whether a picture ends before its own structure says that it does. A decoder does not always tell: pixels that it
 * does not need to read, it does not miss.
 *
 * @returns false also when the structure cannot be followed; then it is for the decoder to fail.
 */
export function isCutShort(bytes: Buffer, format: PictureFormat): boolean {
  return endsEarly[format](bytes)
}

const endsEarly: Record<PictureFormat, (bytes: Buffer) => boolean> = {
  jpeg: isJpegCutShort,
  png: isPngCutShort,
  webp: (bytes) => bytes.length < 8 + bytes.readUInt32LE(4),
  avif: isIsoMediaCutShort,
  tiff: isTiffCutShort,
  // Its decoder reads to the end, and says so.
  gif: () => false,
}

const signatures: readonly [prefix: string, format: PictureFormat][] = [
  ['\xff\xd8\xff', 'jpeg'],
  ['\x89PNG\r\n\x1a\n', 'png'],
  ['GIF87a', 'gif'],
  ['GIF89a', 'gif'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
  ['II+\0', 'tiff'],
  ['MM\0+', 'tiff'],
]

const unsupported: readonly [prefix: string, name: string][] = [
  ['BM', 'a BMP picture'],
  ['\0\0\x01\0', 'an icon'],
  ['\xff\x0a', 'a JPEG XL picture'],
  ['\0\0\0\x0cJXL ', 'a JPEG XL picture'],
  ['\0\0\0\x0cjP  ', 'a JPEG 2000 picture'],
  ['8BPS', 'a Photoshop document'],
  ['%PDF-', 'a PDF document'],
]

const heicBrands = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1']

/** AVIF, HEIC and films share a container; the brands at its start tell them apart. */
function sniffBrands(bytes: Buffer): Sniffed {
  const end = Math.min(bytes.readUInt32BE(0), bytes.length, 256)
  const brands: string[] = []
  for (let at = 8; at + 4 <= end; at += 4) brands.push(text(bytes, at, at + 4))
  if (brands.includes('avif') || brands.includes('avis')) return { kind: 'picture', format: 'avif' }
  if (brands.some((brand) => heicBrands.includes(brand)))
    return notDecoded('a HEIC picture', 'for example with: heif-convert PICTURE.heic PICTURE.jpg')
  return { kind: 'other', detail: 'a film or sound, not a picture' }
}

function sniffOthers(bytes: Buffer): Sniffed {
  const [, name] = unsupported.find(([prefix]) => startsWith(bytes, prefix)) ?? []
  if (name !== undefined) return notDecoded(name)
  const start = bytes
    .toString('utf8', 0, 1024)
    .replace(/^\uFEFF/, '')
    .trimStart()
    .toLowerCase()
  if (start.startsWith('<svg') || (start.startsWith('<?xml') && start.includes('<svg')))
    return notDecoded('an SVG drawing')
  if (start.startsWith('<!doctype html') || start.startsWith('<html'))
    return { kind: 'other', detail: 'a web page, not a picture: the download probably went wrong' }
  return { kind: 'other', detail: 'the bytes are of no known kind of picture' }
}

function notDecoded(name: string, how?: string): Sniffed {
  const advice = `convert it to JPEG${how === undefined ? '' : `, ${how}`}`
  return { kind: 'unsupported', detail: `${name}, which is not decoded here: ${advice}` }
}

/** In scans, 0xFFD9 can only be the end of the picture. */
function isJpegCutShort(bytes: Buffer): boolean {
  let end = 2
  for (const { marker, at, bytes: segment } of jpegSegments(bytes)) {
    if (marker === START_OF_SCAN) return bytes.indexOf('\xff\xd9', at, 'latin1') === -1
    end = at + segment.length
  }
  return end + 4 > bytes.length || bytes[end] === 0xff
}

function isPngCutShort(bytes: Buffer): boolean {
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at))
    if (text(bytes, at + 4, at + 8) === 'IEND') return false
  return true
}

function isIsoMediaCutShort(bytes: Buffer): boolean {
  let at = 0
  while (at + 8 <= bytes.length) {
    const short = bytes.readUInt32BE(at)
    if (short === 0) return false // the last box reaches to the end, wherever that is
    const size = short === 1 && at + 16 <= bytes.length ? Number(bytes.readBigUInt64BE(at + 8)) : short
    if (size < 8) return false
    at += size
  }
  return at !== bytes.length
}

/** The directory of a TIFF, without which nothing in it is found, is often at its end. */
function isTiffCutShort(bytes: Buffer): boolean {
  if (bytes.length < 16) return true
  const isLittle = startsWith(bytes, 'II')
  const isBig = bytes[isLittle ? 2 : 3] === 0x2b
  if (isBig) return Number(isLittle ? bytes.readBigUInt64LE(8) : bytes.readBigUInt64BE(8)) + 8 > bytes.length
  const directory = isLittle ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4)
  if (directory + 2 > bytes.length) return true
  const entries = isLittle ? bytes.readUInt16LE(directory) : bytes.readUInt16BE(directory)
  return directory + 2 + 12 * entries > bytes.length
}

function startsWith(bytes: Buffer, prefix: string): boolean {
  return text(bytes, 0, prefix.length) === prefix
}

function text(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, end)
}
