import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { ActivityView } from './activity-view.js'
import { BatchesView } from './batches-view.js'
import { GraphView } from './graph-view.js'
import { MoneyView } from './money-view.js'
import { PostsView } from './posts-view.js'
import { type Route, go, hrefOf, useRoute, views } from './route.js'
import { LiveContext, useServer } from './server.js'
import { Sidebar } from './sidebar.js'
import { Empty } from './words.js'

/** The whole page: where one can go, and where one is. */
export function App(): JSX.Element {
  const live = useServer()
  const route = useRoute()
  useKeys()
  useEffect(() => {
    document.title = `${route.view === 'graph' ? '' : `${route.view} · `}Hemline`
  }, [route.view])
  return (
    <LiveContext.Provider value={live}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Sidebar route={route} />
      <main id="main" tabIndex={-1}>
        {!live.isConnected && (
          <p class="notice bad" role="alert">
            The server does not answer. This is how it was; start it again with <code>hemline dashboard</code>
            .
          </p>
        )}
        {live.overview ? (
          <Shown route={route} />
        ) : live.isConnected ? null : (
          <Empty title="Nothing to show" />
        )}
      </main>
    </LiveContext.Provider>
  )
}

function Shown({ route }: { route: Route }): JSX.Element {
  switch (route.view) {
    case 'graph':
      return <GraphView chosen={route.chosen} />
    case 'batches':
      return <BatchesView />
    case 'money':
      return <MoneyView />
    case 'posts':
      return <PostsView route={route} />
    case 'activity':
      return <ActivityView route={route} />
  }
}

/** The views by their number; `/` looks for something. Not while somebody types. */
function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement
      if (event.metaKey || event.ctrlKey || event.altKey) return
      if (target.closest('input, select, textarea, dialog')) return
      const view = views[Number(event.key) - 1]
      if (view) go(hrefOf(view))
      if (event.key !== '/') return
      event.preventDefault()
      if (location.hash.startsWith('#/posts')) document.querySelector<HTMLInputElement>('#search')?.focus()
      else go(hrefOf('posts'))
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}
