import process from 'node:process'
import { openDatabase } from '../../data/database.js'
import { insertRun } from '../../data/records/runs.js'

/** Opens the database that is its argument once it is told to, adds runs one by one, and says how many it added. */
const [path, count] = process.argv.slice(2)
process.stdout.write('ready\n')
process.stdin.once('data', () => {
  void (async () => {
    const db = await openDatabase(path!)
    for (let run = 0; run < Number(count); run++) {
      await insertRun(db, { selection: '*', trigger: 'person' }, new Date(0))
    }
    await db.destroy()
    process.stdout.write('added\n')
    process.stdin.destroy()
  })()
})
