import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Overview } from '../dashboard-wire.js'
import { formatCount } from '../numbers.js'
import { type Route, type View, hrefOf, views } from './route.js'
import { useLive } from './server.js'
import { applyTheme, chosenTheme, themes } from './theme.js'
import { Ago, sentenceCase } from './words.js'

const icons: Record<View, string> = {
  graph: 'M4 4h5v5H4zM15 4h5v5h-5zM9.500 15h5v5h-5zM6.500 9v3h11V9M12 12v3',
  batches: 'M4 7.500 12 4l8 3.500-8 3.500zM4 12l8 3.500 8-3.500M4 16.500 12 20l8-3.500',
  money: 'M4 19V5M4 19h16M8 15.500v-4M12 15.500V8M16 15.500v-6',
  posts: 'M4 5h16v14H4zM4 15.500l4.500-4 4 3.500 3-2.500 4.500 4M15.500 9.200v.1',
  activity: 'M3.500 12h4l2.500-7 4 14 2.500-7h4',
}

export function Sidebar({ route }: { route: Route }): JSX.Element {
  const { overview } = useLive()
  return (
    <header class="sidebar">
      <a class="brand" href={hrefOf('graph')}>
        <img src="/icon.svg" alt="" width="24" height="24" />
        Hemline
      </a>
      <nav aria-label="Views">
        {views.map((view, at) => (
          <a
            key={view}
            href={hrefOf(view)}
            aria-current={route.view === view ? 'page' : undefined}
            title={`${sentenceCase(view)} (press ${at + 1})`}
          >
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d={icons[view]} />
            </svg>
            <span>{sentenceCase(view)}</span>
            {overview && <Badge view={view} overview={overview} />}
          </a>
        ))}
      </nav>
      <div class="foot">
        {overview && <Daemon overview={overview} />}
        <ThemeSwitch />
      </div>
    </header>
  )
}

function Badge({ view, overview }: { view: View; overview: Overview }): JSX.Element | null {
  const { live, counts, search } = overview
  if (view === 'batches' && live.held > 0) return <b class="badge bad">{live.held}</b>
  if (view === 'batches' && live.open > 0) return <b class="badge">{live.open}</b>
  if (view === 'posts' && search.grouped > 0) return <b class="badge plain">{formatCount(search.grouped)}</b>
  if (view === 'activity' && counts.runs.running > 0) return <b class="badge">{counts.runs.running}</b>
  return null
}

function Daemon({ overview }: { overview: Overview }): JSX.Element {
  const { daemon, home } = overview
  return (
    <div class="daemon">
      <span class={`status ${daemon === null ? 'calm' : daemon.status === 'ok' ? 'good' : 'bad'}`}>
        <i aria-hidden="true" />
        {daemon === null ? 'No daemon' : `Daemon ${daemon.status}`}
      </span>
      <small>
        {daemon?.last_tick ? (
          <>
            last tick <Ago at={daemon.last_tick.at} />
          </>
        ) : (
          <span class="path" title={home}>
            {home.split('/').at(-1)}
          </span>
        )}
      </small>
    </div>
  )
}

function ThemeSwitch(): JSX.Element {
  const [theme, setTheme] = useState(chosenTheme)
  return (
    <label class="theme">
      <span class="quiet">Theme</span>
      <select
        aria-label="Theme"
        value={theme}
        onChange={(event) => {
          const next = themes.find((each) => each === event.currentTarget.value) ?? 'auto'
          applyTheme(next)
          setTheme(next)
        }}
      >
        {themes.map((each) => (
          <option key={each} value={each}>
            {sentenceCase(each)}
          </option>
        ))}
      </select>
    </label>
  )
}
