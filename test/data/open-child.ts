import process from 'node:process'
import { createInterface } from 'node:readline'
import { openDatabase } from '../../data/database.js'
import { insertRun } from '../../data/records/runs.js'

/**
 * For each line `<instant> <runs> <path>` that it is told: opens that database at that instant, together with whoever was
 * told the same, adds so many runs one by one, and says how it went.
 */
process.stdout.write('ready\n')
for await (const line of createInterface({ input: process.stdin })) {
  const [instant, runs, path] = line.split(' ')
  while (Date.now() < Number(instant));
  process.stdout.write(`${await addRuns(Number(runs), path!)}\n`)
}

async function addRuns(runs: number, path: string): Promise<string> {
  try {
    const db = await openDatabase(path)
    for (let run = 0; run < runs; run++) {
      await insertRun(db, { selection: '*', trigger: 'person' }, new Date(0))
    }
    await db.destroy()
    return 'added'
  } catch (error) {
    return String(error)
  }
}
