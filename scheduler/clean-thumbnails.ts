import { readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Db } from '../data/database.js'
import type { Home } from '../data/home.js'
import { findKnownPictures } from '../data/records/picture-records.js'

/** Deletes the small copies of pictures that no image of the home holds any more; returns how many bytes they have. */
export async function cleanThumbnails(db: Db, home: Home, isDryRun: boolean): Promise<number> {
  let bytes = 0
  for (const folder of await namesIn(home.thumbs)) {
    const names = await namesIn(join(home.thumbs, folder))
    const known = await findKnownPictures(
      db,
      names.map((name) => basename(name, '.webp')),
    )
    for (const name of names) {
      if (known.has(basename(name, '.webp'))) continue
      const path = join(home.thumbs, folder, name)
      bytes += (await stat(path)).size
      if (!isDryRun) await rm(path, { force: true })
    }
  }
  return bytes
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
}
