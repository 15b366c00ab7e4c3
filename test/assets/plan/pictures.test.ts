import * as fc from 'fast-check'
import sharp from 'sharp'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { preparedSize } from '../../../assets/picture/prepared-size.js'
import { isRefusal } from '../../../assets/intake/file-facts.js'
import { type PreparedPicture, preparePicture } from '../../../assets/picture/prepare-picture.js'
import { takePictures } from '../../../assets/plan/take-pictures.js'

const pictures = suite('the pictures of a plan')

pictures('have the size that they are sent in', async () => {
  const sizes: [number, number][] = [
    ...([
      [1080, 1350],
      [1350, 1080],
      [512, 512],
      [100, 40],
      [3000, 1],
      [1, 3000],
      [513, 512],
    ] as [number, number][]),
    ...([
      [1023, 767],
      [2047, 1365],
      [641, 479],
    ] as [number, number][]),
  ]
  for (const [width, height] of sizes) {
    const bytes = await sharp({ create: { width, height, channels: 3, background: '#345' } })
      .png()
      .toBuffer()
    const prepared = await preparePicture(bytes, { maxSidePx: 512, quality: 80 })
    assert.not(isRefusal(prepared))
    const { width: w, height: h } = prepared as PreparedPicture
    assert.equal(preparedSize({ width, height }, 512), { width: w, height: h }, `${width} x ${height}`)
  }
})

pictures('of a limited plan are as many as the limit, of each size its part', () => {
  const sizes = fc.array(
    fc.record({ width: fc.nat(9), height: fc.nat(9), pictures: fc.integer({ min: 1, max: 500 }) }),
    {
      minLength: 1,
    },
  )
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 2_000 }), (all, limit) => {
      const count = all.reduce((sum, { pictures }) => sum + pictures, 0)
      const taken = takePictures(all, limit)
      assert.is(
        taken.reduce((sum, { pictures }) => sum + pictures, 0),
        Math.min(count, limit),
      )
      assert.ok(taken.every(({ pictures }) => pictures > 0))
    }),
  )
  assert.equal(takePictures([{ width: 1, height: 1, pictures: 3 }], Infinity), [
    { width: 1, height: 1, pictures: 3 },
  ])
})

pictures.run()
