import { setTimeout as sleep } from 'node:timers/promises'
import type { Context, MiddlewareHandler } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { newId } from '../new-id.js'
import { RespondError, errorBody } from '../respond.js'
import type { ServerEnv } from '../server-env.js'
import type { FaultPlan } from './fault-plan.js'
import type { FaultRule } from './fault-script.js'

/** Does to a call what the plan says, before and after the server acts on it. */
export function callFaults(plan: FaultPlan): MiddlewareHandler<ServerEnv> {
  return async (c, next) => {
    const rules = plan.ofCall(`${c.req.method} ${c.req.path}`)
    for (const rule of rules) {
      if (rule.fault === 'drop_request') return drop(c)
      if (rule.fault === 'error_before') return refuse(c, Number(rule.status ?? 503))
      if (rule.fault === 'gone') return refuse(c, 404)
    }
    await next()
    for (const rule of rules) await spoilAnswer(c, rule)
  }
}

async function spoilAnswer(c: Context<ServerEnv>, rule: FaultRule): Promise<void> {
  switch (rule.fault) {
    case 'drop_answer':
      c.res = drop(c)
      return
    case 'error_after':
      c.res = refuse(c, Number(rule.status ?? 500))
      return
    case 'slow':
      await sleep(rule.ms ?? 1_000)
      return
    case 'cut_answer':
      c.res = await cut(c)
      return
    case 'lag':
      c.res = await changeList(c, (data) => data.slice(1))
      return
    case 'strangers':
      c.res = await changeList(c, (data) => [...strangers(rule.count ?? 150, data), ...data])
      return
    default:
      return
  }
}

/** The socket closes under the client; the answer that is returned reaches nobody. */
function drop(c: Context<ServerEnv>): Response {
  c.env.incoming.socket.destroy()
  return new Response(null, { status: 500 })
}

function refuse(c: Context<ServerEnv>, status: number): Response {
  const error = new RespondError({ status, code: null, message: `A fault script answers ${status}.` })
  if (status === 429 || status === 503) c.header('retry-after', '0')
  return c.json(errorBody(error), status as ContentfulStatusCode)
}

async function cut(c: Context<ServerEnv>): Promise<Response> {
  const whole = new Uint8Array(await c.res.arrayBuffer())
  const half = whole.subarray(0, Math.floor(whole.length / 2))
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(half)
      // Once the half is on its way.
      setTimeout(() => c.env.incoming.socket.destroy(), 20)
    },
  })
  const { status } = c.res
  return new Response(body, { status, headers: { 'content-length': String(whole.length) } })
}

type Listed = { id: string; created_at: number }

async function changeList(c: Context<ServerEnv>, change: (data: Listed[]) => Listed[]): Promise<Response> {
  const list = (await c.res.json()) as { object?: string; data?: Listed[] }
  // Only the first page has newest entries.
  const isFirst = list.object === 'list' && list.data !== undefined && c.req.query('after') === undefined
  return c.json(isFirst ? { ...list, data: change(list.data!) } : list)
}

function strangers(count: number, ours: readonly Listed[]): Listed[] {
  const created_at = ours[0]?.created_at ?? 0
  return Array.from({ length: count }, () => ({
    id: newId('batch_'),
    object: 'batch',
    endpoint: '/v1/chat/completions',
    input_file_id: newId('file-'),
    completion_window: '24h',
    status: 'completed',
    created_at,
    metadata: null,
  }))
}
