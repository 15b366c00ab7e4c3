import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as fc from 'fast-check'
import { skipReasons } from '../../../assets/intake/found-image.js'
import { type InspectedPicture, inspectPicture } from '../../../assets/picture/inspect-picture.js'
import { pictureFormats } from '../../../assets/picture/picture-format.js'
import {
  animation,
  blackPng,
  brokenPictures,
  encoders,
  noise,
  plain,
  withoutTables,
} from './sample-pictures.js'

const inspecting = suite('inspecting a picture')

async function reasonFor(bytes: Buffer): Promise<string> {
  const inspected = await inspectPicture(bytes)
  return inspected.ok ? 'ok' : inspected.reason
}

async function detailFor(bytes: Buffer): Promise<string> {
  const inspected = await inspectPicture(bytes)
  return inspected.ok ? 'ok' : inspected.detail
}

for (const format of pictureFormats)
  inspecting(`takes a whole ${format}, with its size and the sha256 of its bytes`, async () => {
    const bytes = await encoders[format]()
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    assert.equal(await inspectPicture(bytes), { ok: true, sha256, format, width: 120, height: 90 })
  })

for (const format of pictureFormats)
  inspecting(`finds that a ${format} is cut off, wherever that is`, async () => {
    const bytes = await encoders[format]()
    for (const share of [0.5, 0.75, 0.99]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * share))
      assert.is(await reasonFor(cut), 'truncated', `at ${share}`)
    }
  })

inspecting(
  'finds that the last bytes of a JPEG or PNG are missing, of which the decoder does not care',
  async () => {
    const large = {
      jpeg: await noise(1080, 1350).jpeg().toBuffer(),
      png: await noise(1080, 1350).png().toBuffer(),
    }
    for (const bytes of Object.values(large)) {
      assert.is(await reasonFor(bytes), 'ok')
      for (const missing of [1, 2, 100]) assert.is(await reasonFor(bytes.subarray(0, -missing)), 'truncated')
    }
  },
)

inspecting('finds that progressive and interlaced pictures are cut off', async () => {
  const progressive = await noise(400, 300).jpeg({ progressive: true }).toBuffer()
  const interlaced = await noise(400, 300).png({ progressive: true }).toBuffer()
  for (const bytes of [progressive, interlaced]) {
    assert.is(await reasonFor(bytes), 'ok')
    for (const share of [0.5, 0.99])
      assert.is(await reasonFor(bytes.subarray(0, Math.floor(bytes.length * share))), 'truncated')
  }
})

inspecting('is not misled by the end of a preview inside a cut JPEG', async () => {
  const bytes = await encoders.jpeg()
  const preview = Buffer.concat([Buffer.from('ffe10008', 'hex'), Buffer.from('ab\xff\xd9cd', 'latin1')])
  const withPreview = Buffer.concat([bytes.subarray(0, 2), preview, bytes.subarray(2)])
  assert.is(await reasonFor(withPreview), 'ok')
  assert.is(await reasonFor(withPreview.subarray(0, -3)), 'truncated')
})

inspecting('takes pictures with something behind their end', async () => {
  for (const format of ['jpeg', 'png', 'webp', 'gif'] as const) {
    const bytes = Buffer.concat([
      await encoders[format](),
      Buffer.from('trailing bytes, as some phones write'),
    ])
    assert.is(await reasonFor(bytes), 'ok', format)
  }
})

inspecting('goes by the bytes: other things are no pictures, whatever they are called', async () => {
  assert.is(await reasonFor(Buffer.alloc(0)), 'empty')
  assert.is(await reasonFor(Buffer.from('x')), 'not_an_image')
  assert.is(await reasonFor(Buffer.from('just text')), 'not_an_image')
  assert.match(await detailFor(Buffer.from('\n<!DOCTYPE html><html>')), 'a web page')
  assert.match(await detailFor(Buffer.from('00000018667479706d70343200000000', 'hex')), 'a film')
})

inspecting('says of a picture that it does not decode what to do with it', async () => {
  const heic = Buffer.from('00000018667479706865696300000000686569636d696631', 'hex')
  assert.is(await reasonFor(heic), 'unsupported_format')
  assert.match(await detailFor(heic), 'heif-convert')
  const others: [start: string, name: string][] = [
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'an SVG drawing'],
    ['<?xml version="1.0"?><!-- x --><svg/>', 'an SVG drawing'],
    ['%PDF-1.7', 'a PDF document'],
    ['BM\x00\x00', 'a BMP picture'],
    ['8BPS', 'a Photoshop document'],
    ['\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a', 'a JPEG XL picture'],
  ]
  for (const [start, name] of others) {
    const bytes = Buffer.from(start, 'latin1')
    assert.is(await reasonFor(bytes), 'unsupported_format', name)
    assert.match(await detailFor(bytes), name)
    assert.match(await detailFor(bytes), 'convert it to JPEG')
  }
})

inspecting('refuses 900 megapixels from the header, in no time and no memory', async () => {
  const bomb = blackPng(30_000, 30_000)
  assert.ok(bomb.length < 200_000)
  const before = process.memoryUsage.rss()
  const started = performance.now()
  assert.equal(await inspectPicture(bomb), {
    ok: false,
    reason: 'too_many_pixels',
    detail: '30000 x 30000 pixels; at most 100000000 are decoded',
  })
  assert.ok(performance.now() - started < 500)
  assert.ok(process.memoryUsage.rss() - before < 20e6)
})

inspecting('refuses from the header in every format that can promise so much', async () => {
  const side = 'ffff'
  const gif = `474946383961${side}${side}800000000000ffffff2c00000000${side}${side}0002024c01003b`
  assert.is(await reasonFor(Buffer.from(gif, 'hex')), 'too_many_pixels')
  const jpeg = Buffer.from(await encoders.jpeg())
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
  jpeg.writeUInt16BE(65_000, frame + 5)
  jpeg.writeUInt16BE(65_000, frame + 7)
  assert.is(await reasonFor(jpeg), 'too_many_pixels')
})

inspecting('takes exactly 100 megapixels', async () => {
  assert.is(await reasonFor(blackPng(10_000, 10_000)), 'ok')
  assert.is(await reasonFor(blackPng(10_000, 10_001)), 'too_many_pixels')
})

inspecting('takes the first frame of an animation', async () => {
  for (const format of ['gif', 'webp'] as const) {
    const inspected = await inspectPicture(await animation(format, 'red', 'blue', 'lime'))
    assert.ok(inspected.ok)
    assert.equal([inspected.format, inspected.width, inspected.height], [format, 40, 30])
  }
})

inspecting('gives the size of a turned picture as it is seen', async () => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    const bytes = await plain(40, 30, 'red').withMetadata({ orientation }).jpeg().toBuffer()
    const inspected = await inspectPicture(bytes)
    assert.ok(inspected.ok)
    assert.equal([inspected.width, inspected.height], orientation < 5 ? [40, 30] : [30, 40])
  }
})

inspecting('calls a picture damaged that is whole and cannot be decoded', async () => {
  const bytes = Buffer.from(await noise(200, 200).png().toBuffer())
  bytes.fill(0x55, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 200)
  assert.is(await reasonFor(bytes), 'damaged')
})

inspecting('takes a JPEG that is whole for a picture without decoding it', async () => {
  assert.is(await reasonFor(await withoutTables(encoders.jpeg())), 'ok')
})

inspecting('takes the sample photos', async () => {
  const folder = join(import.meta.dirname, '../../photos')
  const photos = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.jpg'),
  )
  for (const name of photos) assert.is(await reasonFor(readFileSync(join(folder, name))), 'ok', name)
})

inspecting('answers for any bytes with a reason from the list', async () => {
  const broken = await brokenPictures()
  const random = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))
  await fc.assert(
    fc.asyncProperty(fc.oneof(broken, random), async (bytes) => {
      const inspected: InspectedPicture = await inspectPicture(bytes)
      if (inspected.ok) assert.ok(inspected.width > 0 && inspected.height > 0)
      else assert.ok(skipReasons.includes(inspected.reason) && inspected.detail !== '')
    }),
    { numRuns: 500 },
  )
})

inspecting.run()
