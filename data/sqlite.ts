import { createRequire } from 'node:module'
import type Database from 'better-sqlite3'
import { DataError } from './data-error.js'

/**
 * Loads the SQLite binding that runs on this Node. better-sqlite3 13 (N-API 10) crashes on Node 20 and on 22 before
 * 22.14; 12, built from source, aborts on Node 24.19 and later. So both are optional dependencies, and each Node gets the
 * one that works.
 *
 * @throws DataError `no_sqlite` when the one for this Node is not installed.
 */
export function loadSqlite(versions: NodeJS.ProcessVersions = process.versions): typeof Database {
  const name = Number(versions.napi) >= 10 ? 'better-sqlite3' : 'sqlite-node20'
  try {
    return createRequire(import.meta.url)(name) as typeof Database
  } catch (error) {
    throw new DataError({
      code: 'no_sqlite',
      message: `the SQLite binding "${name}" does not load on Node ${versions.node}: ${(error as Error).message}`,
      hint: 'Run `npm ci` or `npm rebuild` with this Node; it needs python3, make and a C++ compiler where no prebuilt binary fits.',
      cause: error,
    })
  }
}
