import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { checkDatabase } from '../../data/check-database.js'
import type { Home } from '../../data/home.js'
import { explainSystemError } from '../../data/system-errors.js'
import { isExpected } from '../../pipeline/errors.js'
import type { Finding } from '../../reports/checkup.js'
import { type HomeConfig, readConfig } from '../home-config.js'
import { refuseLostDatabase } from '../lost-database.js'
import { nearestExisting } from './machine-checks.js'

/** Whether the home is a folder that can be written, or can become one. */
export function checkFolder({ root }: Home): Finding {
  const standing = nearestExisting(root)
  const finding = standing === root ? root : `${root} (made by the first run)`
  const failed = (problem: string, fix: string): Finding => ({
    check: 'home',
    state: 'failed',
    finding: `${standing} ${problem}`,
    fix,
  })
  if (!statSync(standing).isDirectory()) return failed('is not a folder', 'Name another home with --home.')
  try {
    accessSync(standing, constants.R_OK | constants.W_OK | constants.X_OK)
    return { check: 'home', state: 'ok', finding }
  } catch {
    return failed(
      'cannot be written',
      'Give this user the rights (chown, chmod, or mount it read-write), or name another with --home.',
    )
  }
}

/** Whether the config can be used, and the pictures that it names are there. */
export async function checkConfig(home: Home): Promise<{ findings: Finding[]; config?: HomeConfig }> {
  const check = 'config'
  try {
    const config = await readConfig(home)
    if (!config) {
      const fix = 'Say where your pictures are: hemline init'
      return { findings: [{ check, state: 'warning', finding: 'no settings are pinned yet', fix }] }
    }
    const { model, images } = config.settings
    const pictures: Finding = existsSync(images)
      ? { check: 'pictures', state: 'ok', finding: images }
      : {
          check: 'pictures',
          state: 'failed',
          finding: `"${images}" is not there`,
          fix: 'Is a disk not mounted? Or name the place where they are now: hemline init --images FOLDER',
        }
    return { findings: [{ check, state: 'ok', finding: `${home.config}, ${model}` }, pictures], config }
  } catch (error) {
    return { findings: [failure(check, error)] }
  }
}

/** Whether the database is whole, and this version can read it. */
export function checkRecords(home: Home): Finding {
  const check = 'database'
  try {
    refuseLostDatabase(home)
    if (!existsSync(home.database)) return { check, state: 'ok', finding: 'none yet (made by the first run)' }
    const { schema, knownSchema, problem } = checkDatabase(home.database)
    if (problem !== undefined) {
      const fix = 'Restore hemline.db from a backup, or build it anew for nothing: hemline recover'
      return { check, state: 'failed', finding: `it is damaged: ${problem}`, fix }
    }
    if (schema > knownSchema) {
      const finding = `it was written by a newer hemline (schema ${schema}; this one knows ${knownSchema})`
      return {
        check,
        state: 'failed',
        finding,
        fix: 'Use the newer hemline, or name another home with --home.',
      }
    }
    return { check, state: 'ok', finding: `whole, schema ${schema}` }
  } catch (error) {
    return failure(check, error)
  }
}

/** A failure that was written for a person, as a finding. @throws any other. */
export function failure(check: string, raw: unknown): Finding {
  const error = isExpected(raw) ? raw : explainSystemError(raw)
  if (error === undefined) throw raw
  return { check, state: 'failed', finding: error.message, fix: error.hint }
}
