import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database as Sqlite, Statement } from 'better-sqlite3'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  SqliteDialect,
  SqliteDriver,
  type SqliteDatabase,
  type SqliteDialectConfig,
} from 'kysely'
import { LRUCache } from 'lru-cache'
import { DataError } from './data-error.js'
import { makeFolder } from './make-folder.js'
import type { Migration } from './migrations/migration.js'
import { migrations as allMigrations } from './migrations/migrations.js'
import type { Schema } from './schema.js'
import { loadSqlite } from './sqlite.js'

/** The handle that records are read and written through; a transaction (`trx`) is one as well. */
export type Db = Kysely<Schema>

const BUSY_TIMEOUT_MS = 10_000
const WAL_ATTEMPTS = 200
const WAL_RETRY_MS = 20
/** Enough for every statement that a run repeats. */
const KEPT_STATEMENTS = 300

/**
 * Opens the database file, creates it and its folder when missing, and brings its schema up to date, each migration in a
 * transaction of its own.
 *
 * The file is in WAL mode with `synchronous = FULL`: what was committed is on disk. Transactions begin immediate, so
 * that a reader that turns writer waits for the lock instead of failing at once.
 *
 * @throws DataError `newer_database` when a newer program wrote it, `not_a_database` when it is something else.
 */
export async function openDatabase(path: string, migrations = allMigrations): Promise<Db> {
  const sqlite = await openFile(path)
  const db: Db = new Kysely({ dialect: new ImmediateDialect({ database: keepingStatements(sqlite) }) })
  try {
    await migrate(db, sqlite, path, migrations)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return db
}

/**
 * Does work whose commits wait for the disk only with the next commit after it: a power cut may undo them, in their order, so
 * this is for what is simply done again then. Everybody else waits for the connection meanwhile; the death of the process undoes nothing.
 */
export function withoutSync<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  return db.connection().execute(async (connection) => {
    await connection.executeQuery(CompiledQuery.raw('pragma synchronous = NORMAL'))
    try {
      return await work(connection)
    } finally {
      await connection.executeQuery(CompiledQuery.raw('pragma synchronous = FULL'))
    }
  })
}

async function openFile(path: string): Promise<Sqlite> {
  const Database = loadSqlite()
  makeFolder(dirname(path))
  const sqlite = new Database(path, { timeout: BUSY_TIMEOUT_MS })
  try {
    await enterWalMode(sqlite)
    sqlite.pragma('synchronous = FULL')
    sqlite.pragma('foreign_keys = ON')
    // 8 MB: with twice as many nothing that we do to a million rows is faster; with half, collecting is slower.
    sqlite.pragma('cache_size = -8192')
    // Pages that many commits write are copied into the database once; the log stays below 32 MB.
    sqlite.pragma('wal_autocheckpoint = 8000')
    return sqlite
  } catch (error) {
    sqlite.close()
    const code = (error as { code?: string }).code
    if (code !== 'SQLITE_NOTADB' && code !== 'SQLITE_CORRUPT') throw error
    throw new DataError({
      code: 'not_a_database',
      message: `"${path}" is not a readable SQLite database (${(error as Error).message})`,
      hint: 'Restore it from a backup, or build it anew for nothing: hemline recover',
      cause: error,
    })
  }
}

/**
 * A file enters WAL mode once, and for that SQLite wants it alone without ever waiting for it: of several processes that
 * open a new file together, all but one are turned away and have to ask again.
 */
async function enterWalMode(sqlite: Sqlite): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      // In a new file only: it would need the lock of an old one. Deleted records give their room back in small bites.
      if (sqlite.pragma('page_count', { simple: true }) === 0) sqlite.pragma('auto_vacuum = INCREMENTAL')
      sqlite.pragma('journal_mode = WAL')
      return
    } catch (error) {
      const isBusy = (error as { code?: string }).code?.startsWith('SQLITE_BUSY')
      if (!isBusy || attempt === WAL_ATTEMPTS) throw error
      await sleep(WAL_RETRY_MS)
    }
  }
}

async function migrate(
  db: Db,
  sqlite: Sqlite,
  path: string,
  migrations: readonly Migration[],
): Promise<void> {
  while (true) {
    const done = schemaVersion(sqlite)
    if (done > migrations.length) throw newerDatabase(path, done, migrations.length)
    if (done === migrations.length) return
    await db.transaction().execute(async (trx) => {
      // Another process may have migrated while this one waited for the write lock.
      if (schemaVersion(sqlite) !== done) return
      await migrations[done]!.up(trx)
      await trx.executeQuery(CompiledQuery.raw(`pragma user_version = ${done + 1}`))
    })
  }
}

function schemaVersion(sqlite: Sqlite): number {
  return sqlite.pragma('user_version', { simple: true }) as number
}

function newerDatabase(path: string, version: number, known: number): DataError {
  return new DataError({
    code: 'newer_database',
    message: `"${path}" was written by a newer hemline (schema ${version}; this one knows ${known})`,
    hint: 'Use the newer hemline, or name another home with --home.',
  })
}

/**
 * Kysely prepares a statement each time it is executed, which takes longer than most of ours do; a text that comes again
 * gets the statement that it had. A connection runs one at a time, so that none is ever busy.
 */
function keepingStatements(sqlite: Sqlite): SqliteDatabase {
  const kept = new LRUCache<string, Statement>({ max: KEPT_STATEMENTS })
  return {
    prepare(text) {
      const statement = kept.get(text) ?? sqlite.prepare(text)
      kept.set(text, statement)
      return statement as ReturnType<SqliteDatabase['prepare']>
    },
    close: () => sqlite.close(),
  }
}

class ImmediateDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig

  constructor(config: SqliteDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#config)
  }
}

class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
}
