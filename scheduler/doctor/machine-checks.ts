import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { existsSync } from 'node:fs'
import { loadSqlite } from '../../data/sqlite.js'
import { isExpected } from '../../pipeline/errors.js'
import type { Finding } from '../../reports/checkup.js'
import { formatBytes } from '../../reports/numbers.js'

/** Below this much, a run of some thousand pictures may not fit. */
const LITTLE_ROOM_BYTES = 2_000_000_000
/** What a run leaves free in any case; with less, none begins. */
const NO_ROOM_BYTES = 64_000_000

/** Whether this Node is one that the project is tested with. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isSupported = major === 20 ? minor >= 19 : major === 22 ? minor >= 14 : major > 22
  const finding = `Node ${version}`
  if (isSupported) return { check: 'node', state: 'ok', finding }
  return {
    check: 'node',
    state: 'failed',
    finding,
    fix: 'Install Node 20.19 or later, 22.14 or later, or 24.',
  }
}

/** Whether the SQLite binding for this Node is there, and runs. */
export function checkSqlite(): Finding {
  try {
    const sqlite = new (loadSqlite())(':memory:')
    const version = sqlite.prepare('select sqlite_version()').pluck().get() as string
    sqlite.close()
    return { check: 'sqlite', state: 'ok', finding: `SQLite ${version}` }
  } catch (error) {
    if (!isExpected(error)) throw error
    return { check: 'sqlite', state: 'failed', finding: error.message, fix: error.hint }
  }
}

/** Whether there is room where the home is, or will be. */
export async function checkDisk(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(nearestExisting(folder))
  const free = bavail * bsize
  const finding = `${formatBytes(free)} free`
  if (free >= LITTLE_ROOM_BYTES) return { check: 'disk', state: 'ok', finding }
  return {
    check: 'disk',
    state: free < NO_ROOM_BYTES ? 'failed' : 'warning',
    finding,
    fix: 'Make room (a picture takes about 45 kB until its answer is stored; `hemline clean` deletes what is not needed).',
  }
}

/** The folder, or the nearest one above it that is there. */
export function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path))
}
