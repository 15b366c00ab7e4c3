import { readFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import sharp, { type Sharp } from 'sharp'
import { asPlainJpeg } from '../../../assets/picture/plain-jpeg.js'
import { preparePicture } from '../../../assets/picture/prepare-picture.js'
import { noise, plain, withoutTables } from './sample-pictures.js'

const preparing = suite('a JPEG that is small already')

preparing('is sent as it is, but for what is no pixel', async () => {
  const photo = await sharp(await readFile(new URL('../../photos/navy-polo.jpg', import.meta.url)))
    .resize(400, 500, { fit: 'cover' })
    .jpeg({ quality: 80 })
    .toBuffer()
  const comment = Buffer.from('\xff\xfe\x00\x08secret', 'latin1')
  const notes = Buffer.from('\xff\xed\x00\x06note', 'latin1')
  const told = Buffer.concat([photo.subarray(0, 2), comment, notes, photo.subarray(2), Buffer.from('behind')])
  const prepared = await preparePicture(told, { maxSidePx: 512, quality: 80 })
  assert.equal(prepared, { jpeg: photo, width: 400, height: 500 })
  const [x, y] = [asPlainJpeg(photo, 500), asPlainJpeg(photo, 499)]
  assert.equal([x?.jpeg.length, y], [photo.length, undefined])
})

preparing(
  'is encoded again where it may be turned, in other colours, or large for what it shows',
  async () => {
    const small = (): Sharp => plain(200, 100, 'red')
    const jpegs = [
      small().jpeg().withMetadata({ orientation: 6 }),
      small().jpeg().withIccProfile('p3'),
      small().toColourspace('cmyk').jpeg(),
      small().jpeg({ progressive: true }),
      noise(200, 100).jpeg({ quality: 100 }),
      small().webp(),
    ]
    for (const jpeg of jpegs) assert.is(asPlainJpeg(await jpeg.toBuffer(), 512), undefined)
    assert.is(asPlainJpeg(await withoutTables(small().jpeg().toBuffer()), 512), undefined)
    assert.ok(asPlainJpeg(await small().jpeg().toBuffer(), 512))
  },
)

preparing.run()
