import { formatDuration } from './numbers.js'

/** What is told of a daemon in one line. */
export type DaemonWord = {
  status: 'ok' | 'late' | 'stopping'
  pid: number
  host: string
  started_at: string
  heartbeat_at: string
  last_tick: { at: string } | null
}

/** `daemon: process 123 on host, last tick 12s ago`. @param now  from which ages are counted. */
export function formatDaemon(daemon: DaemonWord, now: Date): string {
  const age = (at: string): string => formatDuration(now.getTime() - Date.parse(at))
  const who = `daemon: process ${daemon.pid} on ${daemon.host}`
  const tick = daemon.last_tick
    ? `last tick ${age(daemon.last_tick.at)} ago`
    : `started ${age(daemon.started_at)} ago`
  switch (daemon.status) {
    case 'ok':
      return `${who}, ${tick}`
    case 'stopping':
      return `${who} is stopping, ${tick}`
    case 'late':
      return `${who} gave no sign of life for ${age(daemon.heartbeat_at)}: it ended without a word, or hangs`
  }
}
