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
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== SOI) return undefined
  const kept: Buffer[] = [bytes.subarray(0, 2)]
  const found = new Set<number>()
  let frame: { width: number; height: number; components: number } | undefined
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes.readUInt16BE(at)
    const length = bytes.readUInt16BE(at + 2)
    const segment = bytes.subarray(at, at + 2 + length)
    if (segment.length !== 2 + length || length < 2) return undefined
    if (marker === SOS) {
      if (!frame || segment[4] !== frame.components || !TABLES.every((table) => found.has(table)))
        return undefined
      return whole(bytes, at, kept, frame, maxSidePx)
    }
    if (marker === JFIF && !isBareJfif(segment)) return undefined
    if (marker === BASELINE) frame = readFrame(segment)
    found.add(marker)
    if (needed.has(marker)) kept.push(segment)
    else if (!idle.has(marker)) return undefined
    at += segment.length
  }
  return undefined
}

const [SOI, SOS, JFIF, BASELINE] = [0xffd8, 0xffda, 0xffe0, 0xffc0]
/** Of quantization, and of codes: without them there is no picture. */
const TABLES = [0xffdb, 0xffc4]
/** JFIF header, tables and frame. */
const needed = new Set([JFIF, ...TABLES, BASELINE, 0xffdd])
/** Comments, and what programs leave for themselves; not EXIF (1), colour profiles (2) or Adobe's colours (14). */
const idle = new Set([0xfffe, ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15].map((app) => JFIF + app)])

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
