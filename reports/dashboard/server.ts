import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { Overview } from '../dashboard-wire.js'

/** What every view hangs on: the latest overview, and how often there was a new one. */
export type Live = { overview: Overview | undefined; turn: number; isConnected: boolean }

export const LiveContext = createContext<Live>({ overview: undefined, turn: 0, isConnected: true })

export function useLive(): Live {
  return useContext(LiveContext)
}

/** The secret that actions carry; it came with the first overview. */
let csrf = ''

/** Listens to the server, and goes on listening when it comes back. */
export function useServer(): Live {
  const [live, setLive] = useState<Live>({ overview: undefined, turn: 0, isConnected: true })
  useEffect(() => {
    let last = ''
    const take = (overview: Overview): void => {
      const text = JSON.stringify(overview)
      // The same again is no news: nothing hangs on it anew.
      const isNews = text !== last
      last = text
      setLive((was) => ({
        overview: isNews ? overview : was.overview,
        turn: was.turn + +isNews,
        isConnected: true,
      }))
    }
    const lose = (): void => setLive((was) => ({ ...was, isConnected: false }))
    const load = async (): Promise<void> => {
      const first = await getJson<{ csrf: string; overview: Overview }>('/api/overview')
      csrf = first.csrf
      take(first.overview)
    }
    load().catch(lose)
    let isLost = false
    const events = new EventSource('/api/events')
    events.addEventListener('overview', (event) => {
      take(JSON.parse((event as MessageEvent<string>).data) as Overview)
    })
    events.addEventListener('error', () => {
      isLost = true
      lose()
    })
    // A server that was started anew has another secret.
    events.addEventListener('open', () => void (isLost && load().catch(lose)))
    return () => events.close()
  }, [])
  return live
}

/**
 * What a path answers; the old answer stays until the new one is there.
 *
 * @param since  loaded again when this changes; whenever anything changed, if not given.
 */
export function useData<T>(
  path: string | undefined,
  since?: unknown,
): { data: T | undefined; error: string | undefined } {
  const { turn } = useLive()
  const [state, setState] = useState<{ path?: string | undefined; data?: T; error?: string }>({})
  useEffect(() => {
    if (path === undefined) return
    let isGone = false
    getJson<T>(path)
      .then((data) => !isGone && setState({ path, data }))
      .catch((error: Error) => !isGone && setState((was) => ({ ...was, path, error: error.message })))
    return () => {
      isGone = true
    }
  }, [path, since ?? turn])
  return { data: state.path === path ? state.data : undefined, error: state.error }
}

export async function getJson<T>(path: string): Promise<T> {
  return answerOf<T>(await fetch(path))
}

/** Asks for something that changes what is on record. @throws Error with the server's own sentence. */
export async function postJson<T>(path: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json', 'x-hemline-csrf': csrf }
  return answerOf<T>(await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }))
}

async function answerOf<T>(response: Response): Promise<T> {
  const answer = (await response.json()) as T & { error?: { message: string; hint?: string } }
  if (response.ok) return answer
  const { message = `it answered ${response.status}`, hint } = answer.error ?? {}
  throw new Error(hint === undefined ? message : `${message} ${hint}`)
}
