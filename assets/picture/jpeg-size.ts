import { APP0, HUFFMAN_TABLES, START_OF_FRAME, jpegSegments } from './jpeg-segments.js'

/**
 * The size of a JPEG in pixels, turned as its EXIF orientation says, from its segments alone: to ask a decoder takes a tenth
 * of a millisecond, more than all else of a first look at a small one.
 *
 * @returns undefined where there is no frame, or one without a size; a decoder may still make something of it.
 */
export function jpegSize(bytes: Buffer): { width: number; height: number } | undefined {
  let isTurned = false
  for (const { marker, bytes: segment } of jpegSegments(bytes)) {
    if (marker === APP0 + 1) isTurned ||= ON_ITS_SIDE.has(orientationOf(segment) ?? 1)
    if (!isFrame(marker) || segment.length < 9) continue
    const [height, width] = [segment.readUInt16BE(5), segment.readUInt16BE(7)]
    if (width === 0 || height === 0) return undefined
    return isTurned ? { width: height, height: width } : { width, height }
  }
  return undefined
}

/** Of any kind of coding; three markers among them mean something else. */
function isFrame(marker: number): boolean {
  const others: number[] = [HUFFMAN_TABLES, START_OF_FRAME + 8, START_OF_FRAME + 12]
  return marker >= START_OF_FRAME && marker <= START_OF_FRAME + 15 && !others.includes(marker)
}

/** The orientations (EXIF 2.3, tag 0x0112) that swap width and height. */
const ON_ITS_SIDE = new Set([5, 6, 7, 8])
const ORIENTATION = 0x0112
const SHORT = 3

/** Of an EXIF segment: a TIFF header, and in its first directory a 16-bit number. */
function orientationOf(segment: Buffer): number | undefined {
  if (segment.toString('latin1', 4, 10) !== 'Exif\0\0') return undefined
  const tiff = segment.subarray(10)
  const order = tiff.toString('latin1', 0, 4)
  const isLittle = order === 'II*\0'
  if ((!isLittle && order !== 'MM\0*') || tiff.length < 8) return undefined
  const short = (at: number): number => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const directory = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  if (directory + 2 > tiff.length) return undefined
  const end = Math.min(tiff.length, directory + 2 + 12 * short(directory))
  for (let at = directory + 2; at + 12 <= end; at += 12)
    if (short(at) === ORIENTATION && short(at + 2) === SHORT) return short(at + 8)
  return undefined
}
