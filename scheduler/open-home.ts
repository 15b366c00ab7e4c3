import { existsSync } from 'node:fs'
import { type Db, openDatabase } from '../data/database.js'
import { type Home, homeAt } from '../data/home.js'
import { HemlineError } from '../pipeline/errors.js'
import { refuseLostDatabase } from './lost-database.js'

/**
 * Opens a home that exists, hands it to `use`, and closes it whatever happens.
 *
 * @throws HemlineError `no_home` when nothing was ever run there.
 */
export async function withHome<T>(folder: string, use: (db: Db, home: Home) => Promise<T>): Promise<T> {
  const home = homeAt(folder)
  refuseLostDatabase(home)
  if (!existsSync(home.database)) {
    throw new HemlineError({
      code: 'no_home',
      message: `there is no hemline home at "${home.root}"`,
      hint: 'Start one with `hemline materialize --images FOLDER`, or name another with --home.',
    })
  }
  const db = await openDatabase(home.database)
  try {
    return await use(db, home)
  } finally {
    await db.destroy()
  }
}
