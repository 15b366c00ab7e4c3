import process from 'node:process'
import { openDatabase } from '../../../data/database.js'
import { systemClock } from '../../../pipeline/clock.js'
import { type Holder, takeLease } from '../../../pipeline/engine/lease.js'

/** Takes the lease of the database that is its argument, says so, and holds it until it is killed. */
const db = await openDatabase(process.argv[2]!)
const holder: Holder = {
  role: 'run',
  id: `child ${process.pid}`,
  host: 'this host',
  pid: process.pid,
  isAlive: () => true,
}
try {
  const lease = await takeLease(db, holder, systemClock)
  process.stdout.write('taken\n')
  lease.lost.addEventListener('abort', () => process.stdout.write('lost\n'))
} catch (error) {
  process.stdout.write(`${(error as { code?: string }).code}\n`)
  await db.destroy()
}
