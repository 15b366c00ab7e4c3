/** A segment of a JPEG: its marker, where it begins, and its bytes, marker and length included. */
export type JpegSegment = { marker: number; at: number; bytes: Buffer }

export const [START_OF_FRAME, HUFFMAN_TABLES, START_OF_SCAN, QUANTIZATION_TABLES] = [
  0xffc0, 0xffc4, 0xffda, 0xffdb,
] as const
export const APP0 = 0xffe0

/**
 * The segments of a JPEG up to its first scan, which comes last. Where the structure cannot be followed further, or the bytes
 * end, no more come; the last may be shorter than it says.
 */
export function* jpegSegments(bytes: Buffer): Generator<JpegSegment> {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes.readUInt16BE(at)
    if (marker === FILL) {
      at++
      continue
    }
    const length = isBare(marker) ? 2 : 2 + bytes.readUInt16BE(at + 2)
    yield { marker, at, bytes: bytes.subarray(at, at + length) }
    if (marker === START_OF_SCAN) return
    at += length
  }
}

const FILL = 0xffff

/** Markers that stand alone, without a length. */
function isBare(marker: number): boolean {
  return marker === 0xff01 || (marker >= 0xffd0 && marker <= 0xffd9)
}
