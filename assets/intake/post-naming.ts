import { stemOf } from './file-names.js'
import { compareNaturally } from './natural-order.js'

/**
 * Which post a picture belongs to, by where it lies and what it is called. This is the whole rule:
 *
 * 1. A name that a downloader gave says which post it is from (`conventions` below), and that counts more than the
 *    folder: those tools make one folder for a profile, not for a post. A name that only such a tool gives counts
 *    everywhere. A name that merely looks like one counts in the top folder, and in a profile's folder: one that holds
 *    a sure name, or more such names than a post can hold pictures.
 * 2. Else the sub-folder is the post: `post-12/03.jpg` is in `post-12`, `a/b/c.jpg` in `a/b`.
 * 3. Else, in the top folder, `<post>_<n>.jpg` with n up to three digits is picture n of `<post>` (so `IMG_1234.jpg`
 *    from a camera is not), and any other file is a post of its own.
 *
 * The position is the number at the end of the name (up to three digits; where a post counts from 0, one more), if the
 * names of the post differ in that number alone. Else it is the place in natural order.
 */
export type NamedPicture = { post: string; position: number }

/**
 * Names the post and the position of each file of one folder.
 *
 * @param folder  the folder's path text, relative to the source; `''` is the top folder.
 * @param names   the texts of all candidate files of that folder: the rule looks at them together.
 * @returns       one entry a name, in the order of `names`; posts are path texts as well.
 */
export function namePosts(folder: string, names: readonly string[]): NamedPicture[] {
  const readings = names.map((name) => readByConvention(stemOf(name)))
  const isProfile = isProfileFolder(readings)
  const members = names.map((name, index) => memberOf(folder, name, readings[index], isProfile))
  givePositions(members)
  return members.map(({ post, position }) => ({ post, position: position as number }))
}

/**
 * The post of a single path, by the same rule, without knowing what lies beside it; for a manifest without `post_id`.
 *
 * @param path  path text relative to the source.
 * @returns     `number` is undefined when the name does not say the position for sure.
 */
export function namePath(path: string): { post: string; number: number | undefined } {
  const slash = path.lastIndexOf('/')
  const folder = path.slice(0, Math.max(slash, 0))
  const name = path.slice(slash + 1)
  const { post, number, series } = memberOf(folder, name, readByConvention(stemOf(name)), false)
  return { post, number: number === 0 || series !== '' ? undefined : number }
}

type Member = {
  stem: string
  name: string
  post: string
  number: number | undefined
  /** What stands before the number. Numbers count against each other only where this is the same. */
  series: string
  position?: number
}

type Reading = { post: string; number: number | undefined; isSure: boolean }

type Convention = {
  /** Group `post` is the post's name; group `n`, where there is one, the position. */
  pattern: RegExp
  /** Whether no other program gives such names. */
  isSure: boolean
}

/** Instagram lets a post hold at most 20 pictures, so a folder with more of them is no post. */
const picturesPerPost = 20

/** An 11-character shortcode starts with a letter from A to D until media numbers pass 2^62. */
const conventions: readonly Convention[] = [
  // Instaloader: --filename-pattern {date_utc}_UTC, and `_1`, `_2`, ... for the pictures of a sidecar
  // (instaloader.py, download_post); `--no-profile-subdir` used to put `{profile}__` before it (issue 22).
  // `_profile_pic` and `_cover` (--title-pattern) are posts of their own.
  {
    pattern:
      /^(?<post>(?:.+__)?\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_UTC(?:_profile_pic|_cover)?)(?:_(?<n>\d{1,2}))?$/s,
    isSure: true,
  },
  // The same before Instaloader 4.0, whose date had no `_UTC`; other programs write dates like that.
  { pattern: /^(?<post>(?:.+__)?\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d)(?:_(?<n>\d{1,2}))?$/s, isSure: false },
  // insta-dl: <date>_<shortcode>[_<index>]; Instaloader with {date_utc:%Y-%m-%d}_{shortcode}.
  // A digit in the shortcode tells it from a word of eleven letters.
  {
    pattern:
      /^(?<post>\d{4}-\d\d-\d\d(?:_\d\d-\d\d-\d\d)?_(?=[\w-]{0,10}\d)[A-D][\w-]{10})(?:_(?<n>\d{1,2}))?$/,
    isSure: true,
  },
  {
    pattern: /^(?<post>\d{4}-\d\d-\d\d(?:_\d\d-\d\d-\d\d)?_[A-D][\w-]{10})(?:_(?<n>\d{1,2}))?$/,
    isSure: false,
  },
  // gallery-dl: "{sidecar_media_id:?/_/}{media_id}.{extension}" (extractor/instagram.py): the post's number and the
  // picture's for a sidecar, the picture's alone otherwise. The numbers of a post's pictures rise in their order.
  { pattern: /^(?<post>\d{17,20})_\d{17,20}$/, isSure: true },
  { pattern: /^(?<post>\d{17,20})$/, isSure: false },
  // instagram-scraper ({urlname} by default) and browsers keep the name in the picture's URL, which ends in `_n`;
  // some put the account's name before it. Such a name says nothing of the post: each is one of its own.
  { pattern: /^(?<post>(?:.+_)?\d{5,}_\d{5,}(?:_\d{5,})?_n)$/s, isSure: false },
]

function readByConvention(stem: string): Reading | undefined {
  for (const { pattern, isSure } of conventions) {
    const { post, n } = pattern.exec(stem)?.groups ?? {}
    if (post !== undefined) return { post, number: n === undefined ? undefined : Number(n), isSure }
  }
  return undefined
}

function isProfileFolder(readings: readonly (Reading | undefined)[]): boolean {
  const read = readings.filter((reading) => reading !== undefined)
  return read.length > picturesPerPost || read.some((reading) => reading.isSure)
}

function memberOf(folder: string, name: string, reading: Reading | undefined, isProfile: boolean): Member {
  const stem = stemOf(name)
  if (reading && (reading.isSure || isProfile || folder === '')) {
    const post = folder === '' ? reading.post : `${folder}/${reading.post}`
    return { stem, name, post, number: reading.number, series: '' }
  }
  if (folder !== '') return { stem, name, post: folder, ...numberAtEnd(stem) }
  const [, post, n] = /^(.+)_(\d{1,3})$/s.exec(stem) ?? []
  if (post === undefined) return { stem, name, post: stem, number: undefined, series: '' }
  return { stem, name, post, number: Number(n), series: '' }
}

function numberAtEnd(stem: string): Pick<Member, 'number' | 'series'> {
  const [, series = '', digits] = /^(.*\D)?(\d{1,3})$/s.exec(stem) ?? []
  return { number: digits === undefined ? undefined : Number(digits), series }
}

function givePositions(members: readonly Member[]): void {
  const posts = new Map<string, Member[]>()
  for (const member of members) {
    const post = posts.get(member.post)
    if (post) post.push(member)
    else posts.set(member.post, [member])
  }
  for (const pictures of posts.values()) {
    const numbers = new Set(pictures.map(({ number }) => number))
    const isOneSeries = pictures.every(({ series }) => series === pictures[0]?.series)
    const areNumbered = isOneSeries && numbers.size === pictures.length && !numbers.has(undefined)
    if (!areNumbered)
      pictures.sort((a, b) => compareNaturally(a.stem, b.stem) || compareNaturally(a.name, b.name))
    const shift = numbers.has(0) ? 1 : 0
    pictures.forEach((picture, index) => {
      picture.position = areNumbered ? (picture.number as number) + shift : index + 1
    })
  }
}
