import { once } from 'node:events'
import { type ServerResponse, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What happens to one call on its way: passed on; lost before it arrives; refused; answered, but the answer is lost. */
export type Fate = 'pass' | 'lose_request' | 'refuse' | 'lose_answer' | 'answer_500_after'

/** A proxy on the loopback interface that decides the fate of every call, and remembers which calls came. */
export type LossyProxy = AsyncDisposable & {
  url: string
  /** `METHOD /path` of every call, in order. */
  calls: string[]
  /** Decides for the calls from now on. */
  decide: (call: string) => Fate
  /** Called when the server has acted on a call, before its answer goes back. */
  acted: (call: string) => void
  /** Changes the JSON that answers a call that is passed on; undefined leaves it as it is. */
  alter: (call: string) => ((answer: Record<string, unknown>) => object) | undefined
  /** Answers a call itself, with an error, instead of passing it on. */
  answer: (call: string) => { status: number; error: object } | undefined
}

/** @param target  base URL of the server behind it, with its path. */
export async function startLossyProxy(target: string): Promise<LossyProxy> {
  const behind = new URL(target)
  const proxy: Pick<LossyProxy, 'calls' | 'decide' | 'acted' | 'alter' | 'answer'> = {
    calls: [],
    decide: () => 'pass',
    acted: () => {},
    alter: () => undefined,
    answer: () => undefined,
  }
  const server = createServer((incoming, outgoing) => {
    const call = `${incoming.method} ${incoming.url!.split('?')[0]}`
    proxy.calls.push(call)
    const fate = proxy.decide(call)
    if (fate === 'lose_request') return void incoming.socket.destroy()
    const own = proxy.answer(call)
    if (own) return void incoming.resume().on('end', () => answerWith(outgoing, own.status, own))
    if (fate === 'refuse') return void outgoing.writeHead(404).end('{}')
    const { hostname, port } = behind
    const onward = request({
      hostname,
      port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
    })
    onward.on('response', (answer) => {
      proxy.acted(call)
      // An answer that is cut off behind is cut off here.
      answer.on('error', () => incoming.socket.destroy())
      const alter = proxy.alter(call)
      if (fate === 'pass' && alter) {
        void text(answer).then((body) => {
          answerWith(outgoing, answer.statusCode!, alter(JSON.parse(body)))
        })
        return
      }
      if (fate === 'pass') {
        outgoing.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(outgoing)
        return
      }
      answer.resume().on('end', () => {
        if (fate === 'lose_answer') incoming.socket.destroy()
        else outgoing.writeHead(500).end()
      })
    })
    onward.on('error', () => incoming.socket.destroy())
    incoming.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${port}${behind.pathname}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  })
}

function answerWith(outgoing: ServerResponse, status: number, body: object): void {
  outgoing.writeHead(status, { 'content-type': 'application/json' })
  outgoing.end(JSON.stringify(body))
}
