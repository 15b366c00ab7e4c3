// A daemon that reports every boundary it crosses, and can be told to die at one: it kills itself with SIGKILL just before
// or just after a commit, a write outside of a transaction, a rename or a removal.
//
//   node mortal-daemon.mjs HOME [BOUNDARY]     prints one line a boundary, such as "after rename #2", and ends when nothing
//                                              is left to do
//
// Whatever writes through SQLite or renames files crosses a boundary, so a new one cannot be forgotten.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

const [home, target] = process.argv.slice(2)
const crossed = new Map()

function boundary(label) {
  const times = (crossed.get(label) ?? 0) + 1
  crossed.set(label, times)
  const name = `${label} #${times}`
  fs.writeSync(1, `${name}\n`)
  if (name === target) process.kill(process.pid, 'SIGKILL')
}

function around(label, act) {
  boundary(`before ${label}`)
  const result = act()
  boundary(`after ${label}`)
  return result
}

for (const name of ['rename', 'rm', 'unlink', 'link']) {
  const real = fs.promises[name]
  fs.promises[name] = async (...args) => {
    boundary(`before ${name}`)
    const result = await real(...args)
    boundary(`after ${name}`)
    return result
  }
}
for (const name of ['renameSync', 'rmSync', 'unlinkSync']) {
  const real = fs[name]
  fs[name] = (...args) => around(name, () => real(...args))
}
syncBuiltinESMExports()

const { loadSqlite } = await import('../../../dist/data/sqlite.js')
const Sqlite = loadSqlite()
const prepare = Sqlite.prototype.prepare
let inTransaction = ''
Sqlite.prototype.prepare = function prepareCounted(sql) {
  const statement = prepare.call(this, sql)
  const verb = sql.trim().split(/\s+/)[0].toLowerCase()
  const table = /\b(?:into|update|from)\s+"?(\w+)"?/i.exec(sql)?.[1] ?? ''
  for (const method of ['run', 'all']) {
    const real = statement[method].bind(statement)
    statement[method] = (...args) => {
      if (verb === 'begin') inTransaction = ''
      if (verb === 'commit') return around(`commit of${inTransaction || ' nothing'}`, () => real(...args))
      const isWrite = ['insert', 'update', 'delete'].includes(verb) || (verb === 'with' && !statement.reader)
      if (!isWrite) return real(...args)
      if (!this.inTransaction) return around(`${verb} ${table}`, () => real(...args))
      const what = ` ${verb} ${table}`
      if (!inTransaction.includes(what)) inTransaction += what
      return real(...args)
    }
  }
  return statement
}

const { runDaemon } = await import('../../../dist/scheduler/daemon/run-daemon.js')
const quiet = { notify() {}, say() {}, warn() {}, stop() {} }
for (let code = 3; code === 3; await sleep(20)) code = await runDaemon({ home, once: true }, quiet)
process.exit(0)
