import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import * as z from 'zod'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import type { Clock } from '../../pipeline/clock.js'
import { isExpected } from '../../pipeline/errors.js'
import { previewAction } from './preview-action.js'
import { type PageAction, pageActionSchema } from './page-action.js'
import { runCommand } from './child-command.js'
import { runStarter } from './start-run.js'

const MAX_BODY_BYTES = 16 * 1024

type Tools = { db: Db; home: Home; clock: Clock; refresh: () => Promise<void> }
type Start = ReturnType<typeof runStarter>

/** What can be asked for from the page: first what it would do and cost, then, after a second click, the thing itself. */
export function actionRoutes(tools: Tools): Hono {
  const route = new Hono()
  const start = runStarter(tools)
  route.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge }))
  route.post('/preview', async (c) => {
    const asked = pageActionSchema.safeParse(await bodyOf(c))
    if (!asked.success) return c.json(badAction(asked.error), 400)
    return c.json(await previewAction(asked.data, tools))
  })
  route.post('/', async (c) => {
    const asked = pageActionSchema.safeParse(await bodyOf(c))
    if (!asked.success) return c.json(badAction(asked.error), 400)
    const text = await perform(asked.data, tools.home, start)
    await tools.refresh()
    return c.json({ text })
  })
  route.onError((error, c) => {
    if (!isExpected(error)) throw error
    const { code, message, hint } = error
    return c.json({ error: { code, message, hint } }, 409)
  })
  return route
}

/** By the command that a person would type, which writes the action down, and hands it to the daemon where there is one. */
async function perform(action: PageAction, home: Home, start: Start): Promise<string> {
  if (action.kind === 'materialize') return start(action.arguments.selection)
  const { stdout } = await runCommand(home, wordsOf(action))
  return stdout.trim()
}

function wordsOf(action: Exclude<PageAction, { kind: 'materialize' }>): string[] {
  switch (action.kind) {
    case 'adopt': {
      const { batch, part } = action.arguments
      return ['adopt', ...(part === undefined ? [] : [`--part=${part}`]), batch]
    }
    case 'resubmit':
      return ['resubmit', '--yes', action.arguments.named]
    case 'cancel':
      return ['cancel', action.arguments.batch]
    case 'retry': {
      const { reason } = action.arguments
      return ['retry', '--yes', ...(reason === undefined ? [] : [`--reason=${reason}`])]
    }
  }
}

/** Undefined, which no action is, for what is no JSON. */
function bodyOf(c: Context): Promise<unknown> {
  return c.req.json().catch(() => undefined)
}

function tooLarge(c: Context): Response {
  const message = `an action has at most ${MAX_BODY_BYTES} bytes`
  return c.json({ error: { code: 'too_large', message } }, 413)
}

function badAction(error: z.ZodError): { error: { code: string; message: string } } {
  return { error: { code: 'bad_action', message: z.prettifyError(error).replace(/\s+/g, ' ') } }
}
