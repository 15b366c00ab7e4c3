import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { kindOfName, stemOf } from '../../../assets/intake/file-names.js'
import { namePath, namePosts } from '../../../assets/intake/post-naming.js'

const naming = suite('post naming')

type Case = {
  behaviour: string
  folder: string
  /** File name, expected post, expected position. */
  files: [name: string, post: string, position: number][]
}

const cdn = (index: number): string => `12345${index}_1789012345678_${index}7000_n.jpg`

const cases: Case[] = [
  {
    behaviour: 'takes a sub-folder for the post, and the number in the name for the position',
    folder: 'post-12',
    files: [
      ['03.jpg', 'post-12', 3],
      ['01.jpg', 'post-12', 1],
    ],
  },
  { behaviour: 'takes the whole path of a nested folder', folder: 'a/b', files: [['c.jpg', 'a/b', 1]] },
  {
    behaviour: 'reads <post>_<n> in the top folder',
    folder: '',
    files: [
      ['summer_look_2.jpg', 'summer_look', 2],
      ['summer_look_10.jpg', 'summer_look', 10],
      ['winter_1.jpeg', 'winter', 1],
      ['a_b_007.webp', 'a_b', 7],
    ],
  },
  {
    behaviour: 'makes any other file of the top folder a post of its own',
    folder: '',
    files: [
      ['dress.jpg', 'dress', 1],
      ['IMG_1234.jpg', 'IMG_1234', 1],
      ['IMG_20240501_123308.jpg', 'IMG_20240501_123308', 1],
      ['_1.jpg', '_1', 1],
      ['anna_1714567890_3312345678901234567_4321.jpg', 'anna_1714567890_3312345678901234567_4321', 1],
      ['no extension', 'no extension', 1],
      ['new\nline_2.jpg', 'new\nline', 2],
    ],
  },
  {
    behaviour: 'keeps a post together that is partly numbered, in natural order',
    folder: '',
    files: [
      ['dress_10.jpg', 'dress', 3],
      ['dress_2.jpg', 'dress', 2],
      ['dress.jpg', 'dress', 1],
    ],
  },
  {
    behaviour: 'counts a post that starts at 0 from 1',
    folder: '',
    files: [
      ['look_0.jpg', 'look', 1],
      ['look_1.jpg', 'look', 2],
    ],
  },
  {
    behaviour: 'falls back to natural order where two names hold the same number',
    folder: 'p',
    files: [
      ['1.png', 'p', 2],
      ['1.jpg', 'p', 1],
      ['2.jpg', 'p', 3],
    ],
  },
  {
    behaviour: 'does not take the long numbers of a camera for positions',
    folder: 'p',
    files: [
      ['IMG_1235.jpg', 'p', 2],
      ['IMG_1234.jpg', 'p', 1],
    ],
  },
  {
    behaviour: 'lets Instaloader say the post, because its folder is the profile',
    folder: 'anna',
    files: [
      ['2024-05-01_12-33-08_UTC_1.jpg', 'anna/2024-05-01_12-33-08_UTC', 1],
      ['2024-05-01_12-33-08_UTC_2.jpg', 'anna/2024-05-01_12-33-08_UTC', 2],
      ['2024-06-02_08-00-00_UTC.jpg', 'anna/2024-06-02_08-00-00_UTC', 1],
      ['2024-06-02_08-00-00_UTC_profile_pic.jpg', 'anna/2024-06-02_08-00-00_UTC_profile_pic', 1],
      ['cover.jpg', 'anna', 1],
    ],
  },
  {
    behaviour: 'keeps the gap where a post of Instaloader has a video in the middle',
    folder: '',
    files: [
      ['anna__2024-05-01_12-33-08_UTC_3.webp', 'anna__2024-05-01_12-33-08_UTC', 3],
      ['anna__2024-05-01_12-33-08_UTC_1.jpg', 'anna__2024-05-01_12-33-08_UTC', 1],
    ],
  },
  {
    behaviour: 'does not take a mere date in a post folder for a post',
    folder: 'post-3',
    files: [
      ['2024-05-01_12-34-01.jpg', 'post-3', 2],
      ['2024-05-01_12-33-59.jpg', 'post-3', 1],
    ],
  },
  {
    behaviour: 'takes the dates of an old Instaloader for posts in the top folder',
    folder: '',
    files: [
      ['2016-05-01_12-33-08_1.jpg', '2016-05-01_12-33-08', 1],
      ['2016-05-01_12-33-08_2.jpg', '2016-05-01_12-33-08', 2],
    ],
  },
  {
    behaviour: 'reads date and shortcode, as insta-dl writes them',
    folder: 'anna',
    files: [
      ['2026-04-21_DXZlTiKEpx4_2.jpg', 'anna/2026-04-21_DXZlTiKEpx4', 2],
      ['2026-04-21_DXZlTiKEpx4_1.jpg', 'anna/2026-04-21_DXZlTiKEpx4', 1],
      ['2026-09-26_DdwalmrkTSK.jpg', 'anna/2026-09-26_DdwalmrkTSK', 1],
    ],
  },
  {
    behaviour: 'does not take a date and a word of eleven letters for a post of its own',
    folder: 'holiday',
    files: [
      ['2024-05-02_Beach-house_1.jpg', 'holiday', 2],
      ['2024-05-01_Autumn-look_2.jpg', 'holiday', 1],
    ],
  },
  {
    behaviour: 'reads the two numbers that gallery-dl writes, and then also its single ones',
    folder: 'instagram/anna',
    files: [
      ['3312345678901234567_3312345678901234999.jpg', 'instagram/anna/3312345678901234567', 2],
      ['3312345678901234567_3312345678901234888.jpg', 'instagram/anna/3312345678901234567', 1],
      ['3399999999999999999.jpg', 'instagram/anna/3399999999999999999', 1],
    ],
  },
  {
    behaviour: 'leaves a few bare media numbers to the folder that they are in',
    folder: 'CxAbCdEfGhI',
    files: [
      ['3312345678901234568.jpg', 'CxAbCdEfGhI', 2],
      ['3312345678901234567.jpg', 'CxAbCdEfGhI', 1],
    ],
  },
  {
    behaviour: 'leaves names from the web to a post folder, in natural order',
    folder: 'post-1',
    files: [
      [cdn(2), 'post-1', 2],
      [cdn(1), 'post-1', 1],
    ],
  },
  {
    behaviour: 'makes names from the web posts of their own in the top folder',
    folder: '',
    files: [
      ['123456789_17890123_n.jpg', '123456789_17890123_n', 1],
      ['anna_123456789_17890123_17_n.jpg', 'anna_123456789_17890123_17_n', 1],
    ],
  },
  {
    behaviour: 'takes a folder with more names from the web than a post can hold for a profile',
    folder: 'anna',
    files: Array.from({ length: 21 }, (_, index) => [cdn(index), `anna/${stemOf(cdn(index))}`, 1]),
  },
]

for (const { behaviour, folder, files } of cases)
  naming(behaviour, () => {
    const named = namePosts(
      folder,
      files.map(([name]) => name),
    )
    assert.equal(
      named,
      files.map(([, post, position]) => ({ post, position })),
    )
  })

naming('has nothing to say of no files', () => assert.equal(namePosts('a', []), []))

naming('names a single path by the same rule', () => {
  assert.equal(namePath('post-12/03.jpg'), { post: 'post-12', number: 3 })
  assert.equal(namePath('summer_2.jpg'), { post: 'summer', number: 2 })
  assert.equal(namePath('dress.jpg'), { post: 'dress', number: undefined })
  assert.equal(namePath('p/2024-05-01_12-33-59.jpg'), { post: 'p', number: undefined })
  assert.equal(namePath('dress_0.jpg'), { post: 'dress', number: undefined })
  assert.equal(namePath('anna/2024-05-01_12-33-08_UTC_2.jpg'), {
    post: 'anna/2024-05-01_12-33-08_UTC',
    number: 2,
  })
})

naming('tells candidates, companions and hidden files apart by name', () => {
  for (const name of ['a.jpg', 'a.JPEG', 'a.heic', 'a', 'a.v2', 'a.jpg?stp=dst', '-n', 'txt', 'a.pdf'])
    assert.is(kindOfName(name), 'candidate', name)
  for (const name of ['a.txt', 'a.JSON', 'a.json.xz', 'a.mp4', 'a.jpg.md', 'id', 'metadata.csv'])
    assert.is(kindOfName(name), 'companion', name)
  for (const name of [
    '.DS_Store',
    '.a.jpg',
    'Thumbs.db',
    'desktop.ini',
    '@eaDir',
    '__MACOSX',
    'a.jpg.part',
    'a.crdownload',
    'a.jpg~',
  ])
    assert.is(kindOfName(name), 'hidden', name)
})

naming('takes only a picture’s extension off a name', () => {
  assert.is(stemOf('look.v2.JPG'), 'look.v2')
  assert.is(stemOf('look.v2'), 'look.v2')
  assert.is(stemOf('.jpg'), '.jpg')
})

naming.run()
