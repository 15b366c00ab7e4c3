import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { defaultSettings } from '../assets/default-settings.js'
import type { Settings } from '../assets/settings.js'
import type { Home } from '../data/home.js'
import { HemlineError } from '../pipeline/errors.js'
import { type ConfigSections, checkSettings, readConfig, writeConfig } from './home-config.js'

/** Settings as flags give them; what is not given stays as it is pinned. */
export type SettingFlags = {
  images?: string | undefined
  provider?: string | undefined
  model?: string | undefined
  detail?: string | undefined
  profile?: string | undefined
}

/** The settings in force, and what of the pinned ones the flags changed, as `model: "a" -> "b"`; empty for none. */
export type SettledSettings = {
  settings: Settings
  sections: ConfigSections
  isNew: boolean
  changes: string[]
}

/**
 * Decides the settings of a run: the flags, else what the home pinned, else the defaults. Writes nothing.
 *
 * @throws HemlineError `no_images` when neither a flag nor the home says where the pictures are, `bad_config` for a value
 *   that is not allowed.
 */
export async function settleSettings(home: Home, flags: SettingFlags): Promise<SettledSettings> {
  const config = await readConfig(home)
  const pinned = config?.settings
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined))
  if (given['images'] !== undefined) given['images'] = existingPath(given['images'])
  const settings = checkSettings(
    imagesNamed({ ...defaultSettings, ...pinned, ...given }, home),
    'the command line',
  )
  return {
    settings,
    sections: config?.sections ?? {},
    isNew: pinned === undefined,
    changes: pinned ? changesOf(pinned, settings) : [],
  }
}

/** Pins the settings in the home, when there is anything new about them. */
export async function pinSettings(home: Home, settled: SettledSettings): Promise<void> {
  if (settled.isNew || settled.changes.length > 0) await writeConfig(home, settled)
}

function existingPath(path: string): string {
  const absolute = resolve(path)
  if (existsSync(absolute)) return absolute
  throw new HemlineError({
    code: 'no_images',
    message: `--images names "${path}", which does not exist`,
    hint: 'Name a folder of pictures, or a manifest in CSV or JSONL.',
  })
}

function imagesNamed<T extends object>(settings: T, home: Home): T {
  if ('images' in settings) return settings
  throw new HemlineError({
    code: 'no_images',
    message: `the home "${home.root}" does not know yet where your pictures are`,
    hint: 'Say it once, with --images FOLDER (or a manifest in CSV or JSONL).',
  })
}

function changesOf(pinned: Settings, settings: Settings): string[] {
  return (Object.keys(settings) as (keyof Settings)[])
    .filter((name) => pinned[name] !== settings[name])
    .map((name) => `${name}: ${JSON.stringify(pinned[name])} -> ${JSON.stringify(settings[name])}`)
}
