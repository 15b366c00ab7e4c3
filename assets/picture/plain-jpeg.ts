import {
  APP0,
  HUFFMAN_TABLES,
  QUANTIZATION_TABLES,
  START_OF_FRAME,
  START_OF_SCAN,
  jpegSegments,
} from './jpeg-segments.js'

/** A JPEG as it can be sent: its bytes, and its size in pixels. */
export type PlainJpeg = { jpeg: Buffer; width: number; height: number }

/** What a photo of high quality takes; encoding one that takes more again is worth its time. */
const MAX_BYTES_A_PIXEL = 0.3
/** Of tables and headers, which a small picture has as well. */
const OVERHEAD_BYTES = 2_048

/**
 * A picture that needs no encoding because it is one already: an upright JPEG of one scan in the colours that every decoder
 * takes it for, small enough in pixels and bytes. Comments and whatever else is no pixel are left out, and so is what stands
 * behind its end.
 *
 * @returns undefined for every other picture, also where it would only take more to be sure: with EXIF it may be turned, with
 *          a colour profile its colours are others.
 */
export function asPlainJpeg(bytes: Buffer, maxSidePx: number): PlainJpeg | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== START_OF_IMAGE) return undefined
  const kept: Buffer[] = [bytes.subarray(0, 2)]
  const found = new Set<number>()
  let frame: { width: number; height: number; components: number } | undefined
  for (const { marker, at, bytes: segment } of jpegSegments(bytes)) {
    if (segment.length < 4 || segment.length !== 2 + segment.readUInt16BE(2)) return undefined
    if (marker === START_OF_SCAN) {
      if (!frame || segment[4] !== frame.components || !TABLES.every((table) => found.has(table)))
        return undefined
      return whole(bytes, at, kept, frame, maxSidePx)
    }
    if (marker === APP0 && !isBareJfif(segment)) return undefined
    if (marker === START_OF_FRAME) frame = readFrame(segment)
    found.add(marker)
    if (needed.has(marker)) kept.push(segment)
    else if (!idle.has(marker)) return undefined
  }
  return undefined
}

const START_OF_IMAGE = 0xffd8
/** Without them there is no picture. */
const TABLES = [QUANTIZATION_TABLES, HUFFMAN_TABLES]
/** JFIF header, tables and frame, of the one kind that every decoder takes; and how often the scan begins anew. */
const needed = new Set<number>([APP0, ...TABLES, START_OF_FRAME, 0xffdd])
/** Comments, and what programs leave for themselves; not EXIF (1), colour profiles (2) or Adobe's colours (14). */
const idle = new Set([0xfffe, ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15].map((app) => APP0 + app)])

function whole(
  bytes: Buffer,
  scanAt: number,
  kept: Buffer[],
  { width, height }: { width: number; height: number },
  maxSidePx: number,
): PlainJpeg | undefined {
  // The one scan holds all components, so that the first end in it is the picture's.
  const end = bytes.indexOf('\xff\xd9', scanAt, 'latin1')
  if (end === -1 || width === 0 || height === 0 || Math.max(width, height) > maxSidePx) return undefined
  const jpeg = Buffer.concat([...kept, bytes.subarray(scanAt, end + 2)])
  if (jpeg.length > width * height * MAX_BYTES_A_PIXEL + OVERHEAD_BYTES) return undefined
  return { jpeg, width, height }
}

/** Of eight bits, in grey, or in the three components that JFIF numbers so; undefined for others. */
function readFrame(segment: Buffer): { width: number; height: number; components: number } | undefined {
  if (segment.length < 10 || segment[4] !== 8) return undefined
  const components = segment[9]!
  const isGrey = components === 1
  const isColoured = components === 3 && [10, 13, 16].every((at, index) => segment[at] === index + 1)
  if (!isGrey && !isColoured) return undefined
  return { height: segment.readUInt16BE(5), width: segment.readUInt16BE(7), components }
}

/** Without a thumbnail, which may show more than the picture does. */
function isBareJfif(segment: Buffer): boolean {
  return (
    segment.length === 18 && segment.toString('latin1', 4, 9) === 'JFIF\0' && segment.readUInt16BE(16) === 0
  )
}
