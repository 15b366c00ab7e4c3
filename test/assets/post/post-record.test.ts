import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { PostImage } from '../../../data/records/posts.js'
import { csvRows } from '../../../assets/post/csv-rows.js'
import { postRecord } from '../../../assets/post/post-record.js'
import { analysisWithoutPicture } from '../../../assets/pixel-analyst/analyse-pixels.js'

const grouping = suite('the record of a post')

const answer = JSON.stringify(analysisWithoutPicture())

function image(path: string, position: number, more: Partial<PostImage> = {}): PostImage {
  return {
    post_id: 1,
    path,
    position,
    columns: '{}',
    state: 'usable',
    image_reason: null,
    sha256: 'x',
    request_state: 'answered',
    request_reason: null,
    answer,
    ...more,
  }
}

grouping('says of each image whether it is described, and why not', () => {
  const rows = [
    image('1.jpg', 1),
    image('2.jpg', 2, { state: 'skipped', image_reason: 'truncated', request_state: null, answer: null }),
    image('3.jpg', 3, { request_state: 'failed', request_reason: 'refused', answer: null }),
    image('4.jpg', 4, { request_state: 'submitted', answer: null }),
    image('5.jpg', 5, { request_state: 'skipped', request_reason: 'too_large', answer: null }),
  ]
  const { images, summary } = postRecord('p', rows)
  assert.equal(
    images.map(({ image: path, state, reason }) => [path, state, reason]),
    [
      ['1.jpg', 'described', null],
      ['2.jpg', 'skipped', 'truncated'],
      ['3.jpg', 'failed', 'refused'],
      ['4.jpg', 'pending', null],
      ['5.jpg', 'skipped', 'too_large'],
    ],
  )
  assert.is(summary.image_count, 1)
})

grouping('keeps columns with the post where all rows agree, and with the image where they differ', () => {
  const rows = [
    image('1.jpg', 1, { columns: '{"caption":"c","label":"Hat"}' }),
    image('2.jpg', 2, { columns: '{"caption":"c","label":"Skirt","note":"n"}' }),
  ]
  const { columns, images } = postRecord('p', rows)
  assert.equal(columns, { caption: 'c' })
  assert.equal(
    images.map((each) => each.columns),
    [{ label: 'Hat' }, { label: 'Skirt', note: 'n' }],
  )
})

grouping('takes columns named like parts of an object as any other', () => {
  const { columns } = postRecord('p', [image('1.jpg', 1, { columns: '{"__proto__":"a","constructor":"b"}' })])
  assert.equal(Object.entries(columns), [
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ])
})

grouping('gives the table as many cells as its head, for described and other images alike', () => {
  const rows = [image('1.jpg', 1), image('2.jpg', 2, { request_state: 'submitted', answer: null })]
  for (const cells of csvRows.rowsOf(postRecord('p', rows))) assert.is(cells.length, csvRows.header.length)
})

grouping.run()
