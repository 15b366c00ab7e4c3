import { readFile, readdir } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import sharp from 'sharp'
import { jpegSize } from '../../../assets/picture/jpeg-size.js'
import { noise, plain } from './sample-pictures.js'

const sizing = suite('the size of a JPEG')

async function assertAsDecoded(bytes: Buffer, what: string): Promise<void> {
  const { autoOrient } = await sharp(bytes).metadata()
  assert.equal(jpegSize(bytes), { width: autoOrient.width, height: autoOrient.height }, what)
}

sizing('is what the decoder says, of every kind of coding and of photos', async () => {
  const kinds = {
    baseline: noise(401, 302).jpeg(),
    progressive: noise(401, 302).jpeg({ progressive: true }),
    grey: noise(401, 302).greyscale().jpeg(),
    cmyk: plain(401, 302, 'red').toColourspace('cmyk').jpeg(),
    profile: plain(401, 302, 'red').jpeg().withIccProfile('p3'),
    'one pixel': plain(1, 1, 'red').jpeg(),
    widest: plain(65_500, 1, 'red').jpeg(),
  }
  for (const [kind, jpeg] of Object.entries(kinds)) await assertAsDecoded(await jpeg.toBuffer(), kind)
  const photos = new URL('../../photos/', import.meta.url)
  const names = (await readdir(photos)).filter((name) => name.endsWith('.jpg'))
  assert.ok(names.length > 3)
  for (const name of names) await assertAsDecoded(await readFile(new URL(name, photos)), name)
})

sizing('is turned by an EXIF of either byte order, wherever its entry stands', async () => {
  const jpeg = await plain(40, 30, 'red').jpeg().toBuffer()
  for (let orientation = 0; orientation <= 9; orientation++)
    for (const isLittle of [true, false])
      for (const others of [0, 3]) {
        const exif = exifOf(orientation, isLittle, others)
        const bytes = Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)])
        await assertAsDecoded(bytes, `${orientation} ${isLittle ? 'II' : 'MM'} after ${others}`)
      }
})

sizing('is unknown without a frame, and of bytes that end or point anywhere', async () => {
  const jpeg = await plain(40, 30, 'red').jpeg().withMetadata({ orientation: 6 }).toBuffer()
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
  for (let length = 0; length < frame + 9; length++) {
    assert.is(jpegSize(jpeg.subarray(0, length)), undefined, String(length))
  }
  const lost = Buffer.from(exifOf(6, true, 0))
  lost.writeUInt32LE(0xffffffff, 14)
  const untold = await plain(40, 30, 'red').jpeg().toBuffer()
  const bytes = Buffer.concat([untold.subarray(0, 2), lost, untold.subarray(2)])
  assert.equal(jpegSize(bytes), { width: 40, height: 30 })
})

/** With so many other entries before that of the orientation. */
function exifOf(orientation: number, isLittle: boolean, others: number): Buffer {
  const entries = others + 1
  const tiff = Buffer.alloc(8 + 2 + 12 * entries + 4)
  const short = (value: number, at: number): unknown =>
    isLittle ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at)
  const long = (value: number, at: number): unknown =>
    isLittle ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at)
  tiff.write(isLittle ? 'II' : 'MM', 'latin1')
  short(42, 2)
  long(8, 4)
  short(entries, 8)
  for (let entry = 0; entry < entries; entry++) {
    const at = 10 + 12 * entry
    short(entry < others ? 0x0100 + entry : 0x0112, at)
    short(3, at + 2)
    long(1, at + 4)
    short(entry < others ? 7 : orientation, at + 8)
  }
  const head = Buffer.from('\xff\xe1\0\0Exif\0\0', 'latin1')
  head.writeUInt16BE(2 + 6 + tiff.length, 2)
  return Buffer.concat([head, tiff])
}

sizing.run()
