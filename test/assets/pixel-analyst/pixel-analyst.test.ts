import { readFile } from 'node:fs/promises'

import sharp from 'sharp'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

import { profiles } from '../../../assets/analysis/profile.js'
import { analysisSchema } from '../../../assets/analysis/schema.js'
import { analysePixels } from '../../../assets/pixel-analyst/analyse-pixels.js'
import { UnreadableImageError } from '../../../assets/pixel-analyst/picture.js'
import { pixelAnalyst, UnknownSchemaError } from '../../../assets/pixel-analyst/pixel-analyst.js'
import { rejection } from '../../rejection.js'

const photos = new URL('../../photos/', import.meta.url)

const analyst = suite('pixel analyst')

const expectedColors = {
  'black-top.jpg': 'black',
  'red-jacket.jpg': 'red',
  'white-polo.jpg': 'white',
  'mint-hoodie.jpg': 'mint',
  'navy-polo.jpg': 'navy',
  'blue-jeans.jpg': 'blue',
}

for (const [name, color] of Object.entries(expectedColors)) {
  analyst(`the item in ${name} is mostly ${color}`, async () => {
    const analysis = await analysePixels(await photo(name))
    assert.is(analysis.garments[0]?.colors[0], color)
    assert.is(analysis.palette[0], color)
    assert.match(analysis.description, new RegExp(`^An? .*${color}.* item on an? .* background, .*\\.$`))
  })
}

analyst('what pixels do not tell stays unknown, and the confidence low', async () => {
  const analysis = await analysePixels(await photo('black-top.jpg'))
  assert.is(analysis.garments[0]?.category, 'unknown')
  assert.is(analysis.garments[0]?.sleeve, 'unknown')
  assert.is(analysis.occasion, 'unknown')
  assert.is(analysis.people_count, null)
  assert.is(analysis.brand, null)
  assert.ok(analysis.confidence > 0 && analysis.confidence <= 0.35)
  assert.equal(analysisSchema.parse(analysis), analysis)
})

analyst('the same bytes give the same answer, also side by side', async () => {
  const bytes = await photo('red-jacket.jpg')
  const answers = await Promise.all(Array.from({ length: 6 }, () => analysePixels(bytes)))
  for (const answer of answers) assert.is(JSON.stringify(answer), JSON.stringify(answers[0]))
})

analyst('another size or file format of a picture does not change the main colour', async () => {
  const bytes = await photo('mint-hoodie.jpg')
  for (const variant of [
    sharp(bytes).resize(1_200).webp(),
    sharp(bytes).resize(150).png(),
    sharp(bytes).avif(),
  ]) {
    const analysis = await analysePixels(await variant.toBuffer())
    assert.is(analysis.garments[0]?.colors[0], 'mint')
  }
})

analyst('a picture of nothing shows no item', async () => {
  const analysis = await analysePixels(await blank({ width: 300, height: 200, background: '#6b6c6f' }))
  assert.equal(analysis.garments, [])
  assert.equal(analysis.palette, [])
  assert.is(analysis.confidence, 0)
  assert.match(analysis.description, /^No item stands out in a mostly grey picture/)
})

analyst('tiny and narrow pictures are answered', async () => {
  for (const [width, height] of [
    [1, 1],
    [1, 400],
    [400, 1],
    [2, 3],
  ] as const) {
    const analysis = await analysePixels(await blank({ width, height, background: '#c2202b' }))
    assert.is(analysis.quality, 'low')
    assert.equal(analysisSchema.parse(analysis), analysis)
  }
})

analyst('a grey-scale picture shows neutral colours only', async () => {
  const grey = await sharp(await photo('red-jacket.jpg'))
    .greyscale()
    .toColourspace('b-w')
    .png()
    .toBuffer()
  const { garments } = await analysePixels(grey)
  for (const color of garments[0]?.colors ?? []) {
    assert.ok(['black', 'charcoal', 'grey', 'white', 'off_white'].includes(color), color)
  }
})

analyst('a CMYK picture keeps its colour', async () => {
  const cmyk = await sharp(await photo('red-jacket.jpg'))
    .toColourspace('cmyk')
    .jpeg()
    .toBuffer()
  const { garments } = await analysePixels(cmyk)
  assert.ok(['red', 'burgundy', 'coral'].includes(garments[0]?.colors[0] ?? ''), garments[0]?.colors[0])
})

analyst('transparent surroundings count as white', async () => {
  const square = await blank({ width: 100, height: 100, background: '#1d1d1f' })
  const bytes = await sharp({ create: { width: 300, height: 300, channels: 4, background: '#00000000' } })
    .composite([{ input: square }])
    .png()
    .toBuffer()
  const analysis = await analysePixels(bytes)
  assert.is(analysis.garments[0]?.colors[0], 'black')
  assert.match(analysis.description, /on a white background/)
})

analyst('a 16-bit picture is read', async () => {
  const deep = await sharp(await photo('white-polo.jpg'))
    .toColourspace('rgb16')
    .png()
    .toBuffer()
  const { garments } = await analysePixels(deep)
  assert.is(garments[0]?.colors[0], 'white')
})

analyst('a strongly blurred picture is of low quality', async () => {
  const bytes = await photo('black-top.jpg')
  assert.is((await analysePixels(bytes)).quality, 'medium')
  assert.is((await analysePixels(await sharp(bytes).blur(16).png().toBuffer())).quality, 'low')
})

analyst('a truncated picture, an empty one and text are refused by name', async () => {
  const bytes = await photo('black-top.jpg')
  const broken = [
    bytes.subarray(0, 6_000),
    bytes.subarray(0, 20),
    Buffer.alloc(0),
    Buffer.from('<html>no</html>'),
  ]
  for (const content of broken) {
    const error = await rejection(analysePixels(content))
    assert.instance(error, UnreadableImageError)
    assert.match(error.message, /cannot be decoded/)
  }
})

analyst('answers each profile in its own form, with the same analysis', async () => {
  const answer = pixelAnalyst()
  const images = [{ bytes: await photo('navy-polo.jpg') }]
  const text = 'Describe it.'
  const [original, compact] = await Promise.all([
    answer({ images, text, responseFormatName: 'fashion_analysis' }),
    answer({ images, text, responseFormatName: 'fashion_analysis_compact' }),
  ])
  assert.ok(compact.length < original.length)
  const read = profiles.original.readAnswer(original)
  assert.ok(read.ok)
  assert.equal(profiles.compact.readAnswer(compact), read)
})

analyst('answers in a sentence when no format is asked for', async () => {
  const images = [{ bytes: await photo('navy-polo.jpg') }]
  const sentence = await pixelAnalyst()({ images, text: '', responseFormatName: undefined })
  assert.match(sentence, /^A mostly navy item on /)
})

analyst('says so when there is no picture', async () => {
  const answer = await pixelAnalyst()({ images: [], text: 'hello', responseFormatName: 'fashion_analysis' })
  const read = profiles.original.readAnswer(answer)
  assert.ok(read.ok)
  assert.is(read.analysis.description, 'No picture was given.')
})

analyst('refuses a response format that it does not know, before it looks at the picture', async () => {
  for (const responseFormatName of ['weather', '', 'toString']) {
    const error = await rejection(
      pixelAnalyst()({ images: [{ bytes: Buffer.alloc(0) }], text: '', responseFormatName }),
    )
    assert.instance(error, UnknownSchemaError)
    assert.match(error.message, `"${responseFormatName}"`)
  }
})

analyst.run()

async function photo(name: string): Promise<Buffer> {
  return readFile(new URL(name, photos))
}

async function blank(size: { width: number; height: number; background: string }): Promise<Buffer> {
  return sharp({ create: { ...size, channels: 3 } })
    .png()
    .toBuffer()
}
