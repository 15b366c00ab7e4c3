import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import process from 'node:process'
import type { LeaseRole } from '../data/schema/engine-tables.js'
import type { Holder } from '../pipeline/engine/lease.js'

/** This process, as it takes a lease. */
export function thisProcess(role: LeaseRole): Holder {
  return { role, id: randomUUID(), host: hostWithBoot(), pid: process.pid, isAlive }
}

/** After a restart of the machine every process number means another process, so the boot belongs to the host's name. */
function hostWithBoot(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${hostname()} (boot ${boot.slice(0, 8)})`
  } catch {
    return hostname()
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It is there, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
