import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { placesOf } from '../../assets/intake/image-place.js'
import { copyPicture } from '../../assets/picture/copy-picture.js'
import { readPicture } from '../../assets/picture/read-picture.js'
import { writeAtomically } from '../../data/artifacts.js'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { findPicturePlace } from '../../data/records/picture-records.js'

/** Decoding takes a core each; what is asked meanwhile waits, the latest first: that is what somebody looks at. */
const AT_ONCE = 2
const SIDES_PX = { thumb: 480, view: 1_600 }

export type CopyKind = keyof typeof SIDES_PX
export type Copy = { kind: 'made'; bytes: Buffer } | { kind: 'none'; because: string }

/**
 * Copies of the pictures, by the id of their image: never the file itself, but its pixels, encoded anew. Small ones are kept
 * in the home under the digest of the picture, so that each is made once.
 */
export class Thumbnails {
  readonly #queue: (() => void)[] = []
  readonly #making = new Map<string, Promise<Copy>>()
  #running = 0
  #isClosed = false

  constructor(
    private readonly db: Db,
    private readonly home: Home,
    /** The folder or manifest that the pictures are in; undefined while no run has said. */
    private readonly source: () => Promise<string | undefined>,
  ) {}

  /** A copy of the picture as it was described; `none` when the file is gone, was changed, or cannot be decoded. */
  async copyOf(imageId: number, kind: CopyKind): Promise<Copy> {
    const place = await findPicturePlace(this.db, imageId)
    if (!place) return { kind: 'none', because: `there is no image ${imageId}` }
    const { sha256, path } = place
    if (sha256 === null) return { kind: 'none', because: 'the picture was never read' }
    const kept = kind === 'thumb' ? await readFile(this.#pathOf(sha256)).catch(() => undefined) : undefined
    if (kept) return { kind: 'made', bytes: kept }
    const name = `${kind} ${sha256}`
    const making = this.#making.get(name) ?? this.#inTurn(() => this.#make(path, sha256, kind))
    this.#making.set(name, making)
    return making.finally(() => this.#making.delete(name))
  }

  /** Lets what is being made come to its end; what waits is not begun any more. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#making.values())
  }

  async #make(path: string, sha256: string, kind: CopyKind): Promise<Copy> {
    if (this.#isClosed) return { kind: 'none', because: 'the page is not served any more' }
    const source = await this.source()
    if (source === undefined) return { kind: 'none', because: 'the home does not say where its pictures are' }
    const read = readPicture(placesOf(source, this.home.fetched)(path))
    if (!read.ok) return { kind: 'none', because: read.detail }
    if (createHash('sha256').update(read.bytes).digest('hex') !== sha256) {
      return { kind: 'none', because: 'the file holds another picture by now' }
    }
    const bytes = await copyPicture(read.bytes, SIDES_PX[kind])
    if (!bytes) return { kind: 'none', because: 'the picture cannot be decoded' }
    // A full disk must not keep anybody from seeing it.
    if (kind === 'thumb') await writeAtomically(this.#pathOf(sha256), bytes).catch(() => {})
    return { kind: 'made', bytes }
  }

  #pathOf(sha256: string): string {
    return join(this.home.thumbs, sha256.slice(0, 2), `${sha256}.webp`)
  }

  async #inTurn<T>(make: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => void this.#queue.push(resolve))
    else this.#running++
    try {
      return await make()
    } finally {
      const next = this.#queue.pop()
      if (next) next()
      else this.#running--
    }
  }
}
