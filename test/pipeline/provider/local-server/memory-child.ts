import process from 'node:process'
import { systemClock } from '../../../../pipeline/clock.js'
import { startLocalServer } from '../../../../pipeline/provider/local-server/local-server.js'
import { answerTo } from './world.js'

/** A server that tells its URL, and after each message from outside the most memory that it has had, in bytes. */
const [directory = ''] = process.argv.slice(2)
const server = await startLocalServer({
  directory,
  clock: systemClock,
  respond: async (request) => answerTo(request),
})
let most = 0
setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5)
process.on('message', () => process.send!(Math.max(most, process.memoryUsage.rss())))
// Whoever would kill it may be gone first.
process.on('disconnect', () => process.exit())
process.send!(server.url)
