import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Db, openDatabase } from '../../data/database.js'

/** A database file of one test's own, closed and deleted when the test ends. */
export type TemporaryDatabase = AsyncDisposable & { db: Db; path: string }

export async function temporaryDatabase(): Promise<TemporaryDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'hemline-database-'))
  const path = join(folder, 'hemline.db')
  const db = await openDatabase(path)
  return {
    db,
    path,
    async [Symbol.asyncDispose]() {
      await db.destroy()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
