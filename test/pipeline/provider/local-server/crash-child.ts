import { appendFileSync } from 'node:fs'
import process from 'node:process'
import { systemClock } from '../../../../pipeline/clock.js'
import { startLocalServer } from '../../../../pipeline/provider/local-server/local-server.js'
import { answerTo } from './world.js'

/**
 * A server to be killed: it notes every text that it has answered in the given file, and tells its URL. The text that is
 * named last is never answered.
 */
const [directory = '', answered = '', stuckText = ''] = process.argv.slice(2)
const server = await startLocalServer({
  directory,
  clock: systemClock,
  concurrency: 2,
  respond: async (request) => {
    const { content } = request.messages[0] as { content: string }
    if (content === stuckText) await new Promise(() => {})
    await systemClock.sleep(1)
    appendFileSync(answered, `${content}\n`)
    return answerTo(request)
  },
})
// Whoever would kill it may be gone first.
process.on('disconnect', () => process.exit())
process.send!(server.url)
