import { deflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import sharp, { type Sharp } from 'sharp'
import { type PictureFormat, pictureFormats } from '../../../assets/picture/picture-format.js'

/** A picture with detail everywhere, so that no part of its file is idle. */
export function noise(width: number, height: number, channels: 3 | 4 = 3): Sharp {
  const raw = Buffer.alloc(width * height * channels)
  let state = 12_345
  for (let index = 0; index < raw.length; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    raw[index] = (state >>> 16) & 0xff
  }
  return sharp(raw, { raw: { width, height, channels } })
}

export function plain(width: number, height: number, background: string): Sharp {
  return sharp({ create: { width, height, channels: 3, background } })
}

/** The same picture of 120 x 90 in every format that is decoded. */
export const encoders: Record<PictureFormat, () => Promise<Buffer>> = {
  jpeg: () => noise(120, 90).jpeg().toBuffer(),
  png: () => noise(120, 90).png().toBuffer(),
  webp: () => noise(120, 90).webp().toBuffer(),
  gif: () => noise(120, 90).gif().toBuffer(),
  avif: () => noise(120, 90).avif({ effort: 0 }).toBuffer(),
  tiff: () => noise(120, 90).tiff({ compression: 'lzw' }).toBuffer(),
}

/** A JPEG whose structure is whole, and that nobody can decode: its tables of quantization are gone. */
export async function withoutTables(jpeg: Promise<Buffer>): Promise<Buffer> {
  const bytes = await jpeg
  const kept = [bytes.subarray(0, 2)]
  for (let at = 2; ; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes.readUInt16BE(at)
    if (marker === 0xffda) return Buffer.concat([...kept, bytes.subarray(at)])
    if (marker !== 0xffdb) kept.push(bytes.subarray(at, at + 2 + bytes.readUInt16BE(at + 2)))
  }
}

/** An animation whose frames are the given colours. */
export async function animation(format: 'gif' | 'webp', ...colours: string[]): Promise<Buffer> {
  const frames = await Promise.all(colours.map((colour) => plain(40, 30, colour).png().toBuffer()))
  const joined = sharp(frames, { join: { animated: true } })
  return format === 'gif' ? joined.gif().toBuffer() : joined.webp({ lossless: true }).toBuffer()
}

/** Pictures of every format, cut off somewhere, and with a few bytes changed, in the header or anywhere. */
export async function brokenPictures(): Promise<fc.Arbitrary<Buffer>> {
  const samples = await Promise.all(pictureFormats.map((format) => encoders[format]()))
  const share = fc.double({ min: 0, max: 0.999, noNaN: true })
  const change = fc.record({ at: share, byte: fc.nat(255) })
  return fc
    .record({
      sample: fc.constantFrom(...samples),
      kept: fc.oneof(fc.constant(1), share),
      changes: fc.array(change, { maxLength: 6 }),
      isInHeader: fc.boolean(),
    })
    .map(({ sample, kept, changes, isInHeader }) => {
      const bytes = Buffer.from(sample.subarray(0, Math.ceil(sample.length * kept)))
      const reach = isInHeader ? Math.min(64, bytes.length) : bytes.length
      for (const { at, byte } of changes) if (reach > 0) bytes[Math.floor(at * reach)] = byte
      return bytes
    })
}

/** A whole, valid PNG in black and white of any size; a few kilobytes for a billion pixels. */
export function blackPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 1 // bits a pixel
  const rows = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height))
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}

/** The colour of the pixel at a place, each channel from 0 to 255. */
export async function pixelAt(picture: Buffer, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const start = (y * info.width + x) * info.channels
  return [...data.subarray(start, start + info.channels)]
}

/** Whether two colours look alike after lossy coding. */
export function isNear(a: readonly number[], b: readonly number[], tolerance = 12): boolean {
  return (
    a.length === b.length && a.every((value, index) => Math.abs(value - (b[index] as number)) <= tolerance)
  )
}
