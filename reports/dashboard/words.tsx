import type { ComponentChildren, JSX } from 'preact'
import { formatDuration } from '../numbers.js'
import { useNow } from './browser-clock.js'

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** How long ago an instant was, in one unit if short; the instant itself, in the reader's zone, is its title. */
export function Ago({ at, isShort }: { at: string; isShort?: boolean }): JSX.Element {
  const ms = useNow() - Date.parse(at)
  const long = formatDuration(Math.abs(ms))
  const length = isShort ? long.split(' ')[0]! : long
  const text = Math.abs(ms) < 2_000 ? 'now' : ms < 0 ? `in ${length}` : `${length} ago`
  return (
    <time dateTime={at} title={full.format(new Date(at))}>
      {text}
    </time>
  )
}

/** How long is left until an instant. */
export function Until({ at, past }: { at: string; past: string }): JSX.Element {
  const ms = Date.parse(at) - useNow()
  return (
    <time dateTime={at} title={full.format(new Date(at))}>
      {ms > 0 ? formatDuration(ms) : past}
    </time>
  )
}

/** An instant on the reader's clock. */
export function At({ at }: { at: string }): JSX.Element {
  return (
    <time dateTime={at} title={full.format(new Date(at))}>
      {clock.format(new Date(at))}
    </time>
  )
}

/** How long something took, or has taken until now. */
export function Took({ from, to }: { from: string; to: string | null }): JSX.Element {
  const now = useNow()
  return <span class="num">{formatDuration((to === null ? now : Date.parse(to)) - Date.parse(from))}</span>
}

/** A sentence in which what stands in backticks is to be typed. */
export function Sentence({ text }: { text: string }): JSX.Element {
  const parts = text.split('`')
  return <>{parts.map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))}</>
}

/** `grouped_posts` as people say it. */
export function inWords(name: string): string {
  return name.replaceAll('_', ' ')
}

export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** What stands where there is nothing yet: what it would be, and what to type for it. */
export function Empty(props: { title: string; command?: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <h2>{props.title}</h2>
      {props.children && <p>{props.children}</p>}
      {props.command && <code class="command">{props.command}</code>}
    </div>
  )
}
