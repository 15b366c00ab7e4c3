/** Why a picture cannot be used. The reasons are stored and shown; none is ever renamed. */
export const skipReasons = [
  /** Zero bytes. */
  'empty',
  /** The bytes end before the picture does. */
  'truncated',
  /** A picture by its first bytes that cannot be decoded, though nothing is cut off. */
  'damaged',
  /** The bytes are no picture at all: a web page, a video, text. */
  'not_an_image',
  /** A picture of a kind that is not decoded here, such as HEIC or SVG. */
  'unsupported_format',
  /** The header promises more pixels than are decoded; nothing was decoded. */
  'too_many_pixels',
  /** The file is larger than is read; nothing was read. */
  'too_many_bytes',
  /** The operating system refuses to open or list it. */
  'unreadable',
  /** A link, or a path in a manifest, that leads out of the source's folder. */
  'link_outside',
  /** A link that leads back to a folder that contains it, or to itself. */
  'link_loop',
  /** A further link to a folder that another link already leads to. */
  'link_repeated',
  /** A pipe, a socket, a device, or a folder where a file is expected. It is never opened. */
  'not_a_file',
  /** Nothing is there: a manifest names it, or a link points to it. */
  'missing',
  /** A URL that is not https. */
  'not_https',
  /** The URL could not be fetched. */
  'download_failed',
] as const

export type SkipReason = (typeof skipReasons)[number]

/** A picture that cannot be used: why, and the values in a sentence. */
export type Refusal = { reason: SkipReason; detail: string }

/** What the file system says of a regular file without opening it. Equal stats mean: not looked at again. */
export type FileStat = {
  bytes: number
  /** Nanoseconds since 1970, in decimal; too large for a number. */
  mtimeNs: string
  /** Likewise; also changes where a program puts the old modification time back. */
  ctimeNs: string
  inode: string
}

/** Where the bytes are. A path that is not UTF-8 is a Buffer; for a followed link it is the link's target. */
export type ImagePlace = { kind: 'file'; absolute: string | Buffer } | { kind: 'url'; url: string }

/** A picture that a source names, before anybody opened it. */
export type FoundImage = {
  /** Its identity: relative to the source's folder with `/`, as in `path-text.ts`; or the URL. */
  path: string
  post: string
  /** Order inside the post, from 1. Taken from the name or the manifest; else the natural order of names. */
  position: number
  /** The manifest's further columns by name; `{}` for a folder. */
  columns: Record<string, string>
  place: ImagePlace
  /** Present for a regular file. */
  stat?: FileStat
  /** Present when it is known, without opening it, that the picture cannot be used. */
  refused?: Refusal
}
