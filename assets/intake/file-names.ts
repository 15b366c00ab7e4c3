/**
 * What a file's name says before anybody opens it:
 * - `hidden`: it belongs to the system or to a download under way; passed over.
 * - `companion`: it goes with pictures but is none (a caption, metadata, a video); passed over. A picture under such a
 *   name, say a JPEG called `a.txt`, is passed over too: the name says that it is not meant.
 * - `candidate`: a picture's extension, none, or one that is not known here; its bytes decide.
 */
export type NameKind = 'hidden' | 'companion' | 'candidate'

/** Decides from the name alone. Upper and lower case are one. */
export function kindOfName(name: string): NameKind {
  if (isHidden(name)) return 'hidden'
  const lower = name.toLowerCase()
  if (companionNames.has(lower)) return 'companion'
  const dot = lower.lastIndexOf('.')
  return dot > 0 && companionExtensions.has(lower.slice(dot + 1)) ? 'companion' : 'candidate'
}

/** Whether a file or a folder of this name belongs to the system; what is below such a folder is never seen. */
function isHidden(name: string): boolean {
  if (name.startsWith('.')) return true
  const lower = name.toLowerCase()
  return systemNames.has(lower) || unfinished.test(lower)
}

/** A name without its picture extension; any other dot is part of the name. */
export function stemOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 && pictureExtensions.has(name.slice(dot + 1).toLowerCase()) ? name.slice(0, dot) : name
}

const pictureExtensions = new Set(
  'jpg jpeg jpe jfif png webp gif avif tif tiff heic heif svg bmp ico jxl jp2 psd pdf'.split(' '),
)

const companionExtensions = new Set(
  [
    'txt md csv tsv json jsonl ndjson xml html htm yaml yml ini log url nfo xmp aae thm',
    'xz gz zip rar 7z tar db db-wal db-shm db-journal sqlite sqlite3 lock',
    'mp4 mov m4v avi mkv webm mp3 m4a wav srt vtt',
    'js ts py sh',
  ].flatMap((line) => line.split(' ')),
)

/** Without an extension: Instaloader keeps the profile's number in a file named `id`; a collection says whose it is. */
const companionNames = new Set([
  'id',
  'license',
  'licence',
  'copying',
  'notice',
  'readme',
  'sha256sums',
  'md5sums',
])

const systemNames = new Set([
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  'icon\r',
  '__macosx',
  '@eadir',
  '#recycle',
  '$recycle.bin',
  'system volume information',
  'lost+found',
])

const unfinished = /(?:\.(?:part|partial|crdownload|download|tmp)|~)$/
