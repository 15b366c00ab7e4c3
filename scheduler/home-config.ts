import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type Settings, settingsSchema } from '../assets/settings.js'
import { writeAtomically } from '../data/artifacts.js'
import type { Home } from '../data/home.js'
import { HemlineError } from '../pipeline/errors.js'

/**
 * The pinned settings of a home, read from its `config.json`; undefined when it has none yet.
 *
 * @throws HemlineError `bad_config` when the file is not JSON or a value is not allowed, naming the value.
 */
export async function readConfig(home: Home): Promise<Settings | undefined> {
  const text = await readFile(home.config, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  return checkSettings(parse(text, home), `"${home.config}"`)
}

export async function writeConfig(home: Home, settings: Settings): Promise<void> {
  await writeAtomically(home.config, `${JSON.stringify(settings, undefined, 2)}\n`)
}

/** Checks settings, whether from a file or from flags. @param where  names their origin in the error. */
export function checkSettings(value: unknown, where: string): Settings {
  const checked = settingsSchema.safeParse(value)
  if (checked.success) return checked.data
  throw new HemlineError({
    code: 'bad_config',
    message: `${where} is not usable: ${z.prettifyError(checked.error).replace(/\s+/g, ' ')}`,
    hint: 'Correct the value; `hemline init --help` lists what each setting may be.',
  })
}

function parse(text: string, home: Home): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new HemlineError({
      code: 'bad_config',
      message: `"${home.config}" is not JSON: ${(error as Error).message}`,
      hint: 'Correct it, or delete it and run `hemline init` again; answers and charges are kept in the database.',
      cause: error,
    })
  }
}
