import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as fc from 'fast-check'
import sharp, { type Sharp } from 'sharp'
import { inspectPicture } from '../../../assets/picture/inspect-picture.js'
import { isRefusal } from '../../../assets/intake/file-facts.js'
import {
  type Encoding,
  encodingId,
  type PreparedPicture,
  preparePicture,
} from '../../../assets/picture/prepare-picture.js'
import {
  animation,
  brokenPictures,
  encoders,
  isNear,
  noise,
  pixelAt,
  plain,
  withoutTables,
} from './sample-pictures.js'

const preparing = suite('preparing a picture')

const encoding = { maxSidePx: 512, quality: 80 }

async function prepare(bytes: Buffer, how: Encoding): Promise<PreparedPicture> {
  const prepared = await preparePicture(bytes, how)
  assert.not(isRefusal(prepared))
  return prepared as PreparedPicture
}

/** The markers of the segments before a JPEG's pixels. */
function markersOf(jpeg: Buffer): string[] {
  const markers: string[] = []
  let at = 2
  for (;;) {
    const marker = jpeg.readUInt16BE(at)
    markers.push(marker.toString(16))
    if (marker === 0xffda) return markers
    at += 2 + jpeg.readUInt16BE(at + 2)
  }
}

/** JFIF header, tables, frame, scan: what a decoder needs, and nothing that tells of the photographer. */
const pixelMarkers = new Set(['ffe0', 'ffdb', 'ffc0', 'ffc4', 'ffdd', 'ffda'])

function assertOnlyPixels(jpeg: Buffer): void {
  assert.equal(
    markersOf(jpeg).filter((marker) => !pixelMarkers.has(marker)),
    [],
  )
}

preparing('fits the longer side, keeps the proportions, and never scales up', async () => {
  const size = async (width: number, height: number): Promise<number[]> => {
    const prepared = await prepare(await plain(width, height, 'red').png().toBuffer(), encoding)
    const { width: actualWidth, height: actualHeight } = await sharp(prepared.jpeg).metadata()
    assert.equal([prepared.width, prepared.height], [actualWidth, actualHeight])
    return [prepared.width, prepared.height]
  }
  assert.equal(await size(1080, 1350), [410, 512])
  assert.equal(await size(1350, 1080), [512, 410])
  assert.equal(await size(512, 512), [512, 512])
  assert.equal(await size(100, 50), [100, 50])
  assert.equal(await size(1, 20_000), [1, 512])
})

preparing('makes a JPEG of every format', async () => {
  for (const [format, encode] of Object.entries(encoders)) {
    const { jpeg, width, height } = await prepare(await encode(), encoding)
    assert.is((await sharp(jpeg).metadata()).format, 'jpeg', format)
    assert.equal([width, height], [120, 90], format)
    assertOnlyPixels(jpeg)
  }
})

type Side = 'top' | 'bottom' | 'left' | 'right'
const opposite: Record<Side, Side> = { top: 'bottom', bottom: 'top', left: 'right', right: 'left' }
/** EXIF 2.32, tag 0x0112: the side on which the stored row 0 and the stored column 0 are to be seen. */
const orientations: [row: Side, column: Side][] = [
  ['top', 'left'],
  ['top', 'right'],
  ['bottom', 'right'],
  ['bottom', 'left'],
  ['left', 'top'],
  ['right', 'top'],
  ['right', 'bottom'],
  ['left', 'bottom'],
]

preparing('turns the pixels as each EXIF orientation says, and sends neither it nor the place', async () => {
  const corners = { '00': [255, 0, 0], '01': [0, 255, 0], '10': [0, 0, 255], '11': [255, 255, 255] }
  const tiles = Object.entries(corners).map(([place, [r, g, b]]) => ({
    input: { create: { width: 40, height: 30, channels: 3 as const, background: { r: r!, g: g!, b: b! } } },
    top: Number(place[0]) * 30,
    left: Number(place[1]) * 40,
  }))
  const stored = await plain(80, 60, 'black').composite(tiles).png().toBuffer()
  for (const [index, [rowZero, columnZero]] of orientations.entries()) {
    const bytes = await sharp(stored)
      .withExif({
        IFD0: { Make: 'SecretCamera', Artist: 'Jane Secret' },
        IFD3: {
          GPSLatitudeRef: 'N',
          GPSLatitude: '52/1 31/1 0/1',
          GPSLongitudeRef: 'E',
          GPSLongitude: '13/1 24/1 0/1',
        },
      })
      .withMetadata({ orientation: index + 1 })
      .jpeg({ quality: 95 })
      .toBuffer()
    const { exif, orientation } = await sharp(bytes).metadata()
    assert.is(orientation, index + 1)
    assert.ok(exif?.includes('SecretCamera'), 'the sample has EXIF')
    assert.ok(exif?.includes(Buffer.from([0x34, 0, 0, 0, 1, 0, 0, 0, 0x1f])), 'the sample has a place')
    const { jpeg, width, height } = await prepare(bytes, { maxSidePx: 512, quality: 95 })
    assert.equal([width, height], index < 4 ? [80, 60] : [60, 80])
    for (const [place, colour] of Object.entries(corners)) {
      const sides = [
        place[0] === '0' ? rowZero : opposite[rowZero],
        place[1] === '0' ? columnZero : opposite[columnZero],
      ]
      const x = sides.includes('left') ? 5 : width - 6
      const y = sides.includes('top') ? 5 : height - 6
      const seen = await pixelAt(jpeg, x, y)
      assert.ok(isNear(seen, colour, 20), `orientation ${index + 1}, corner ${place}: ${seen.join()}`)
    }
    assertOnlyPixels(jpeg)
    assert.not(jpeg.includes('Secret'))
    assert.not(jpeg.includes('Exif'))
  }
})

preparing('takes every kind of metadata off, also where the picture is small enough already', async () => {
  const bytes = await noise(60, 40)
    .withExif({ IFD0: { Copyright: 'Secret' } })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><Secret/></x:xmpmeta>')
    .withIccProfile('p3')
    .jpeg()
    .toBuffer()
  const comment = Buffer.concat([Buffer.from('fffe0008', 'hex'), Buffer.from('Secret')])
  const photoshop = Buffer.concat([Buffer.from('ffed0008', 'hex'), Buffer.from('Secret')])
  const input = Buffer.concat([bytes.subarray(0, 2), comment, photoshop, bytes.subarray(2)])
  const given = markersOf(input)
  for (const marker of ['fffe', 'ffed', 'ffe1', 'ffe2']) assert.ok(given.includes(marker), marker)
  const { jpeg } = await prepare(input, encoding)
  assertOnlyPixels(jpeg)
  assert.not(jpeg.includes('Secret'))
})

preparing('puts transparency on white', async () => {
  const clear = {
    create: { width: 20, height: 20, channels: 4 as const, background: { r: 0, g: 0, b: 0, alpha: 0 } },
  }
  for (const bytes of [await sharp(clear).png().toBuffer(), await sharp(clear).webp().toBuffer()]) {
    const { jpeg } = await prepare(bytes, encoding)
    assert.ok(isNear(await pixelAt(jpeg, 10, 10), [255, 255, 255], 2))
  }
  const half = await sharp({ create: { ...clear.create, background: { r: 255, g: 0, b: 0, alpha: 0.5 } } })
    .png()
    .toBuffer()
  assert.ok(isNear(await pixelAt((await prepare(half, encoding)).jpeg, 10, 10), [255, 128, 128]))
})

preparing('brings every colour space to three channels of sRGB', async () => {
  const orange = [230, 120, 40]
  const source = (): Sharp => plain(40, 40, 'rgb(230,120,40)')
  const inputs: Record<string, Buffer> = {
    'wide gamut': await source().withIccProfile('p3').png().toBuffer(),
    '16 bits': await source().toColourspace('rgb16').png().toBuffer(),
    palette: await source().png({ palette: true }).toBuffer(),
    cmyk: await source().withIccProfile('cmyk').jpeg({ quality: 100 }).toBuffer(),
  }
  assert.is((await sharp(inputs['16 bits']).metadata()).depth, 'ushort')
  assert.ok((await sharp(inputs['palette']).metadata()).isPalette)
  assert.is((await sharp(inputs['cmyk']).metadata()).space, 'cmyk')
  for (const [kind, bytes] of Object.entries(inputs)) {
    const { jpeg } = await prepare(bytes, { maxSidePx: 512, quality: 95 })
    const { channels, space } = await sharp(jpeg).metadata()
    assert.equal([channels, space], [3, 'srgb'], kind)
    const seen = await pixelAt(jpeg, 20, 20)
    assert.ok(isNear(seen, orange, kind === 'cmyk' ? 30 : 8), `${kind}: ${seen.join()}`)
  }
  const grey = await source().toColourspace('b-w').png().toBuffer()
  assert.is((await sharp(grey).metadata()).channels, 1)
  const { jpeg } = await prepare(grey, encoding)
  const [r, g, b] = await pixelAt(jpeg, 20, 20)
  assert.is((await sharp(jpeg).metadata()).channels, 3)
  assert.ok(isNear([r!, g!], [g!, b!], 2))
})

preparing('takes CMYK without a profile', async () => {
  const bytes = await plain(40, 40, 'white').toColourspace('cmyk').jpeg().toBuffer()
  const { jpeg } = await prepare(bytes, encoding)
  assert.ok(isNear(await pixelAt(jpeg, 20, 20), [255, 255, 255], 15))
})

preparing('takes the first frame of an animation', async () => {
  for (const format of ['gif', 'webp'] as const) {
    const { jpeg, width, height } = await prepare(await animation(format, 'red', 'blue', 'lime'), encoding)
    assert.equal([width, height], [40, 30])
    assert.ok(isNear(await pixelAt(jpeg, 20, 15), [255, 0, 0]), format)
  }
})

preparing('makes equal bytes of equal bytes, also several at a time', async () => {
  const bytes = await noise(1080, 1350).jpeg({ quality: 70 }).toBuffer()
  const all = await Promise.all(Array.from({ length: 6 }, () => prepare(bytes, encoding)))
  for (const { jpeg } of all) assert.ok(jpeg.equals(all[0]!.jpeg))
})

preparing('names the encoding by all that shapes its bytes', () => {
  assert.is(encodingId(encoding), 'jpeg-v1:side=512:quality=80')
  assert.is.not(encodingId({ ...encoding, maxSidePx: 768 }), encodingId(encoding))
  assert.is.not(encodingId({ ...encoding, quality: 81 }), encodingId(encoding))
})

preparing('refuses what cannot be decoded, large or small enough to be sent as it is', async () => {
  const cut = (await encoders.jpeg()).subarray(0, 3_000)
  const tables = [withoutTables(encoders.jpeg()), withoutTables(noise(1080, 1350).jpeg().toBuffer())]
  for (const bytes of [cut, Buffer.from('no picture'), Buffer.alloc(0), ...(await Promise.all(tables))]) {
    const refused = await preparePicture(bytes, encoding)
    assert.ok(isRefusal(refused) && refused.reason === 'damaged' && refused.detail.length > 20)
  }
})

preparing('prepares whatever was found usable, however strange', async () => {
  let usable = 0
  await fc.assert(
    fc.asyncProperty(await brokenPictures(), async (bytes) => {
      const inspected = await inspectPicture(bytes)
      if (!inspected.ok) return
      const prepared = await preparePicture(bytes, encoding)
      // That a whole JPEG cannot be decoded is found only now.
      if (isRefusal(prepared)) return assert.is(inspected.format, 'jpeg')
      usable++
      assert.equal([prepared.width, prepared.height], [inspected.width, inspected.height])
    }),
    { numRuns: 400, examples: [[await encoders.jpeg()]] },
  )
  assert.ok(usable > 20, `${usable} were usable`)
})

preparing.run()
