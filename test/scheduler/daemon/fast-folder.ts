import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'

const MEMORY = '/dev/shm'

/**
 * Where homes are put whose processes die, but whose machine does not: what was written is there after SIGKILL also without
 * a disk, and thousands of commits take no time.
 */
export const fastFolder = existsSync(MEMORY) ? MEMORY : tmpdir()
