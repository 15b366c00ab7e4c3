import { useEffect, useState } from 'preact/hooks'

export const views = ['graph', 'batches', 'money', 'posts', 'activity'] as const
export type View = (typeof views)[number]

/** Where the reader is: a view, what is chosen in it, and what is looked for; all of it stands in the address. */
export type Route = { view: View; chosen: string | undefined; query: URLSearchParams }

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const look = (): void => setHash(location.hash)
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])
  return parse(hash)
}

export function hrefOf(view: View, chosen?: string, query?: Record<string, string | undefined>): string {
  const given = Object.entries(query ?? {}).filter((entry): entry is [string, string] => Boolean(entry[1]))
  const search = new URLSearchParams(given).toString()
  const path = chosen === undefined ? view : `${view}/${encodeURIComponent(chosen)}`
  return `#/${path}${search === '' ? '' : `?${search}`}`
}

/** Goes somewhere. @param isStep  whether the browser's "back" comes back here. */
export function go(href: string, isStep = true): void {
  if (isStep) location.hash = href
  else {
    history.replaceState(null, '', href)
    dispatchEvent(new HashChangeEvent('hashchange'))
  }
}

function parse(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\//, '').split('?')
  const [name, chosen] = path.split('/')
  const view = views.find((each) => each === name) ?? 'graph'
  return {
    view,
    chosen: chosen === undefined || chosen === '' ? undefined : decoded(chosen),
    query: new URLSearchParams(search),
  }
}

/** Undefined for what was cut off in the middle of a character. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
