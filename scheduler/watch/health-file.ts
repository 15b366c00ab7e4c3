import { readFile, rm } from 'node:fs/promises'
import { replaceAtOnce } from '../../data/artifacts.js'
import type { Home } from '../../data/home.js'
import type { Health } from './health.js'

/** Leaves word in the home of how the daemon is, for who cannot ask it; after a power cut it would be old news. */
export function writeHealthFile(home: Home, health: Health): void {
  replaceAtOnce(home.health, `${JSON.stringify(health, undefined, 2)}\n`)
}

/** Takes the word back: the daemon ended in order. */
export async function removeHealthFile(home: Home): Promise<void> {
  await rm(home.health, { force: true })
}

/**
 * How the daemon of a home is, judged by the time of its last heartbeat; undefined when none left word, or in a form that
 * this version does not know.
 */
export async function readHealthFile(home: Home, now: Date): Promise<Health | undefined> {
  const text = await readFile(home.health, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const { healthSchema, judge } = await import('./health.js')
  const { data: health } = healthSchema.safeParse(parse(text))
  return health && { ...health, status: judge(health, now) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
