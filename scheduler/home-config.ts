import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { type Settings, settingsSchema } from '../assets/settings.js'
import { writeAtomically } from '../data/artifacts.js'
import type { Home } from '../data/home.js'
import { HemlineError } from '../pipeline/errors.js'
import { automationSchema } from './daemon/automation.js'
import { retentionSchema } from './retention.js'
import { budgetSchema, sendingSchema } from './sending.js'
import { notifySchema } from './watch/notify-config.js'

/** What a home's config holds beside the settings that shape requests: nothing here makes an answer stale. */
const sectionsSchema = z.strictObject({
  automation: automationSchema.optional(),
  retention: retentionSchema.optional(),
  notify: notifySchema.optional(),
  sending: sendingSchema.optional(),
  budget: budgetSchema.optional(),
})

export type ConfigSections = z.infer<typeof sectionsSchema>

/** A home's `config.json`: the pinned settings, and the sections that a person wrote. */
export type HomeConfig = { settings: Settings; sections: ConfigSections }

/**
 * Reads a home's config; undefined when it has none yet.
 *
 * @throws HemlineError `bad_config` when the file is not JSON or a value is not allowed, naming the value.
 */
export async function readConfig(home: Home): Promise<HomeConfig | undefined> {
  const text = await readFile(home.config, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const where = `"${home.config}"`
  const { automation, retention, notify, sending, budget, ...settings } = check(
    fileSchema,
    parse(text, home),
    where,
  )
  return { settings, sections: { automation, retention, notify, sending, budget } }
}

const fileSchema = settingsSchema.extend(sectionsSchema.shape)

export async function writeConfig(home: Home, { settings, sections }: HomeConfig): Promise<void> {
  await writeAtomically(home.config, `${JSON.stringify({ ...settings, ...sections }, undefined, 2)}\n`)
}

/** Checks settings, whether from a file or from flags. @param where  names their origin in the error. */
export function checkSettings(value: unknown, where: string): Settings {
  return check(settingsSchema, value, where)
}

function check<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const checked = schema.safeParse(value)
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
