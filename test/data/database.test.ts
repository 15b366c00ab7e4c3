import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { DataError } from '../../data/data-error.js'
import { type Db, openDatabase, withoutSync } from '../../data/database.js'
import { type Migration, runStatements } from '../../data/migrations/migration.js'
import { migrations } from '../../data/migrations/migrations.js'
import { insertRun, listRuns } from '../../data/records/runs.js'
import { loadSqlite } from '../../data/sqlite.js'
import { type Child, startChild } from '../child.js'
import { rejection } from '../rejection.js'

const databases = suite('opening a database')

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'hemline-open-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

async function withDatabase<T>(db: Db, use: (db: Db) => Promise<T>): Promise<T> {
  try {
    return await use(db)
  } finally {
    await db.destroy()
  }
}

async function pragma(db: Db, name: string): Promise<unknown> {
  const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(db)
  return Object.values(rows[0]!)[0]
}

async function tablesOf(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`.execute(
    db,
  )
  return rows.map(({ name }) => name)
}

databases('creates file, folder and schema, and opens them again as they are', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'deep', 'er', 'hemline.db')
  const tables = await withDatabase(await openDatabase(path), async (db) => {
    assert.is(await pragma(db, 'user_version'), migrations.length)
    assert.is(await pragma(db, 'journal_mode'), 'wal')
    assert.is(await pragma(db, 'synchronous'), 2)
    assert.is(await pragma(db, 'foreign_keys'), 1)
    await insertRun(db, { selection: '*', trigger: 'person' }, new Date(0))
    return tablesOf(db)
  })
  for (const table of ['runs', 'steps', 'materializations', 'observations', 'leases', 'batches', 'images']) {
    assert.ok(tables.includes(table), table)
  }
  await withDatabase(await openDatabase(path), async (db) => {
    assert.equal(await tablesOf(db), tables)
    assert.is((await listRuns(db, 9)).length, 1)
  })
})

databases('lets commits wait for the disk only as long as it is told to', async () => {
  await using folder = await temporaryFolder()
  await withDatabase(await openDatabase(join(folder.path, 'a.db')), async (db) => {
    const during = await withoutSync(db, (unsynced) => pragma(unsynced, 'synchronous'))
    assert.is(during, 1)
    assert.is(await pragma(db, 'synchronous'), 2)
    const fails = withoutSync(db, () => Promise.reject(new Error('no such luck')))
    assert.is((await rejection(fails)).message, 'no such luck')
    assert.is(await pragma(db, 'synchronous'), 2)
    // Whoever writes meanwhile is not among them, though it is the same connection.
    let isOver = false
    const long = withoutSync(db, async (unsynced) => {
      for (let commit = 0; commit < 5; commit++) {
        await setImmediate()
        await unsynced.transaction().execute((trx) => pragma(trx, 'synchronous'))
      }
      isOver = true
    })
    const others = [db, db].map((each) =>
      each.transaction().execute(async (trx) => [isOver, await pragma(trx, 'synchronous')]),
    )
    assert.equal(await Promise.all(others), [
      [true, 2],
      [true, 2],
    ])
    await long
  })
})

databases('keeps answers, and forgets sums with them, where they are made lighter', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a.db')
  const before = migrations.findIndex(({ name }) => name.endsWith('lighten_answers'))
  await withDatabase(await openDatabase(path, migrations.slice(0, before)), (db) =>
    runStatements(
      db,
      `
      insert into accounts values (1, 'u', 'k', 't')

      insert into recipes values (1, 'd', 'm', 'compact', '{}', 't')

      insert into parts (id, recipe_id, stamp, number, path, sha256, state, requests, bytes, estimated_tokens, created_at)
        values (1, 1, 's', 1, 'p', 'x', 'collected', 1, 1, 1, 't')

      insert into batches (id, part_id, account_id, key, state, provider_batch_id, intended_at, tally)
        values (1, 1, 1, 'k', 'collected', 'b', 't', '{}')

      insert into requests (id, recipe_id, fingerprint, state, part_id)
        values (700, 1, '0123456789012345678901234567890123456789', 'answered', 1)

      insert into answers values (700, '{"a":1}', 'd', 'm', 1, 't')
      `,
    ),
  )
  await withDatabase(await openDatabase(path), async (db) => {
    assert.is((await db.selectFrom('answers').selectAll().executeTakeFirstOrThrow()).body, '{"a":1}')
    await sql`insert into kept_sums values ('requests', ${700 >> 8}, '{}')`.execute(db)
    await db.deleteFrom('answers').execute()
    assert.equal(await db.selectFrom('kept_sums').selectAll().execute(), [])
  })
})

databases('numbers its migrations by their names, without a gap', () => {
  for (const [index, { name }] of migrations.entries()) {
    assert.match(name, new RegExp(`^${String(index + 1).padStart(4, '0')}_[a-z]+(_[a-z]+)+$`))
  }
})

databases('declares every table strict', async () => {
  await using folder = await temporaryFolder()
  await withDatabase(await openDatabase(join(folder.path, 'a.db')), async (db) => {
    const { rows } = await sql<{ name: string }>`
      select name from pragma_table_list where schema = 'main' and type = 'table' and strict = 0
        and name not like 'sqlite_%'`.execute(db)
    assert.equal(rows, [])
  })
})

databases('leaves nothing of a migration that fails half-way, and goes on once it is mended', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a.db')
  const make = (name: string, statements: string): Migration => ({
    name,
    up: (trx) => runStatements(trx, statements),
  })
  const first = make('0001_create_bread', 'create table bread (id integer primary key) strict')
  const broken = make(
    '0002_create_shop',
    'create table shop (id integer primary key) strict\n\ninsert into shop values (1)\n\ncreate tabel typo (id)',
  )
  const mended = make('0002_create_shop', 'create table shop (id integer primary key) strict')
  assert.match((await rejection(openDatabase(path, [first, broken]))).message, /syntax error/)
  await withDatabase(await openDatabase(path, [first]), async (db) => {
    assert.equal(await tablesOf(db), ['bread'])
    assert.is(await pragma(db, 'user_version'), 1)
  })
  await withDatabase(await openDatabase(path, [first, mended]), async (db) => {
    assert.equal(await tablesOf(db), ['bread', 'shop'])
    assert.is(await pragma(db, 'user_version'), 2)
  })
})

databases('refuses a file of a newer program, and leaves it alone', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a.db')
  await withDatabase(await openDatabase(path), (db) => sql`pragma user_version = 99`.execute(db))
  const before = await readFile(path)
  const error = await rejection(openDatabase(path))
  assert.instance(error, DataError)
  assert.is((error as DataError).code, 'newer_database')
  assert.is(
    error.message,
    `"${path}" was written by a newer hemline (schema 99; this one knows ${migrations.length})`,
  )
  assert.ok((error as DataError).hint)
  assert.equal(await readFile(path), before)
})

databases('refuses what is not a database, and leaves it alone', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a.db')
  const text = 'post,image\n'.repeat(1_000)
  await writeFile(path, text)
  const error = await rejection(openDatabase(path))
  assert.instance(error, DataError)
  assert.is((error as DataError).code, 'not_a_database')
  assert.ok(error.message.includes(path))
  assert.ok((error as DataError).hint)
  assert.is(await readFile(path, 'utf8'), text)
})

databases('can be done by several processes at once while the file is new', async () => {
  await using folder = await temporaryFolder()
  await using first = openInChild()
  await using second = openInChild()
  await using third = openInChild()
  const children = [first, second, third]
  for (const child of children) assert.is(await child.nextLine(), 'ready')
  for (let attempt = 0; attempt < 10; attempt++) {
    const path = join(folder.path, `${attempt}.db`)
    const soon = Date.now() + 20
    for (const child of children) child.tell(`${soon} 2 ${path}`)
    for (const child of children) assert.is(await child.nextLine(), 'added')
    await withDatabase(await openDatabase(path), async (db) => {
      assert.is((await listRuns(db, 99)).length, 6)
      assert.is(await pragma(db, 'user_version'), migrations.length)
    })
  }
})

databases('waits while another process is the first to write the new file', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a.db')
  const Database = loadSqlite()
  const other = new Database(path)
  other.exec('begin immediate')
  const [db] = await Promise.all([
    openDatabase(path),
    setTimeout(100).then(() => other.exec('commit').close()),
  ])
  await withDatabase(db, async () => {
    assert.is(await pragma(db, 'journal_mode'), 'wal')
  })
})

databases('begins transactions as a writer, so that none fails half-way for another', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a.db')
  await using child = openInChild()
  assert.is(await child.nextLine(), 'ready')
  await withDatabase(await openDatabase(path), async (db) => {
    child.tell(`0 200 ${path}`)
    // Each reads before it writes: begun as a reader, it would fail once the other process has written in between.
    for (let turn = 0; turn < 100; turn++) {
      await db.transaction().execute(async (trx) => {
        const before = (await listRuns(trx, 1_000)).length
        await insertRun(trx, { selection: '*', trigger: 'person' }, new Date(0))
        assert.is((await listRuns(trx, 1_000)).length, before + 1)
      })
    }
    assert.is(await child.nextLine(), 'added')
    assert.is((await listRuns(db, 1_000)).length, 300)
  })
})

databases('rolls a transaction back when what it runs throws', async () => {
  await using folder = await temporaryFolder()
  await withDatabase(await openDatabase(join(folder.path, 'a.db')), async (db) => {
    const failing = db.transaction().execute(async (trx) => {
      await insertRun(trx, { selection: '*', trigger: 'person' }, new Date(0))
      throw new Error('changed my mind')
    })
    assert.is((await rejection(failing)).message, 'changed my mind')
    assert.equal(await listRuns(db, 9), [])
  })
})

/** A process that opens the databases that it is told to. */
function openInChild(): Child {
  return startChild(new URL('open-child.ts', import.meta.url))
}

databases.run()
