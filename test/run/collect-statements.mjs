// Prepares and drops SQLite statements until many were garbage-collected. A binding that does not fit this Node aborts.
import { setTimeout as sleep } from 'node:timers/promises'
import { loadSqlite } from '../../dist/data/sqlite.js'

const Database = loadSqlite()
const db = new Database(':memory:')
for (let round = 0; round < 50; round++) {
  for (let n = 0; n < 200; n++) db.prepare(`select ${n}`).get()
  globalThis.gc()
  await sleep(1)
}
db.close()
console.log(`SQLite works on Node ${process.version}`)
