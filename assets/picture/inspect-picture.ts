import { hash } from 'node:crypto'
import type { Refusal, SkipReason } from '../intake/found-image.js'
import { jpegSize } from './jpeg-size.js'
import { isCutShort, maxPixels, type PictureFormat, sniffFormat } from './picture-format.js'

/** A usable picture. Its sha256 is of the file's bytes; its size is in pixels, turned as its EXIF orientation says. */
export type UsablePicture = {
  ok: true
  sha256: string
  format: PictureFormat
  width: number
  height: number
}

export type InspectedPicture = UsablePicture | ({ ok: false } & Refusal)

/**
 * Decides whether a picture can be used, by its bytes alone. More than 100 megapixels are refused from the header, with
 * nothing decoded. A JPEG tells by its structure whether it is whole, and its decoder takes nearly any that is: it is not decoded
 * before it is prepared, which would take twenty times as long as all else here. Of other formats all is read, at a size of a
 * few pixels, so that what is cut off or damaged is found now. Damage that still decodes cannot be told from a picture. Never
 * rejects.
 */
export async function inspectPicture(bytes: Buffer): Promise<InspectedPicture> {
  if (bytes.length === 0) return refuse('empty', 'the file has no bytes')
  const sniffed = sniffFormat(bytes)
  if (sniffed.kind === 'unsupported') return refuse('unsupported_format', sniffed.detail)
  if (sniffed.kind === 'other') return refuse('not_an_image', sniffed.detail)
  const { format } = sniffed
  try {
    const { width, height } = (format === 'jpeg' && jpegSize(bytes)) || (await headerSize(bytes))
    if (width * height > maxPixels)
      return refuse('too_many_pixels', `${width} x ${height} pixels; at most ${maxPixels} are decoded`)
    if (isCutShort(bytes, format)) return cutShort(bytes, format)
    if (format !== 'jpeg') await decodeAll(bytes)
    return { ok: true, sha256: hash('sha256', bytes), format, width, height }
  } catch (error) {
    if (isCutShort(bytes, format) || saysCutShort.test(String(error))) return cutShort(bytes, format)
    const [why] = (error as Error).message.split('\n')
    return refuse('damaged', `${format.toUpperCase()} that cannot be decoded: ${why}`)
  }
}

// Where every picture is a JPEG, the decoder need not be loaded.

async function headerSize(bytes: Buffer): Promise<{ width: number; height: number }> {
  const { readHeader } = await import('./decoder.js')
  return (await readHeader(bytes)).autoOrient
}

async function decodeAll(bytes: Buffer): Promise<void> {
  const { decode } = await import('./decoder.js')
  await decode(bytes).resize(16, 16, { fit: 'fill' }).raw().toBuffer()
}

const saysCutShort = /premature end|unexpected end|truncat|not enough data/i

function cutShort(bytes: Buffer, format: PictureFormat): InspectedPicture {
  return refuse('truncated', `the ${format.toUpperCase()} ends too early, after ${bytes.length} bytes`)
}

function refuse(reason: SkipReason, detail: string): InspectedPicture {
  return { ok: false, reason, detail }
}
