import { fashionGraph } from '../../assets/list.js'
import type { Settings } from '../../assets/settings.js'
import type { Catalogue } from '../../data/catalogue/catalogue.js'
import { readCatalogue } from '../../data/catalogue/read-catalogue.js'
import type { Home } from '../../data/home.js'
import { HemlineError, isExpected } from '../../pipeline/errors.js'
import { readConfig } from '../home-config.js'
import type { ProgressEvent } from '../progress.js'
import { type Retention, retentionSchema } from '../retention.js'
import type { SendingSections } from '../sending.js'
import type { NotifyConfig } from '../watch/notify-config.js'
import { fileStamp } from './file-stamp.js'
import { type Automation, automationSchema, settleAutomation } from './automation.js'

/** What a daemon works by. */
export type DaemonSettings = {
  settings: Settings
  catalogue: Catalogue
  sections: SendingSections
  automation: Automation
  retention: Retention
  /** In force from the start of the daemon. */
  notify: NotifyConfig | undefined
}

/**
 * Reads a home's config at the start, and again whenever it is asked: a person may edit it while the daemon runs. An edit
 * that cannot be used is told once, and what was in force before stays.
 *
 * @throws HemlineError at the start: `no_home` when nothing is pinned yet, `bad_config`, `bad_catalogue`,
 *   `unknown_asset`.
 */
export async function daemonSettings(
  home: Home,
  notify: (event: ProgressEvent) => void,
): Promise<{ current(): DaemonSettings; read(): Promise<DaemonSettings> }> {
  let seen = stampsOf(home)
  let current = await load(home)
  let refused: string | undefined
  return {
    current: () => current,
    async read() {
      const stamps = stampsOf(home)
      if (stamps === seen) return current
      try {
        current = await load(home)
        refused = undefined
      } catch (error) {
        if (!isExpected(error)) throw error
        if (error.message !== refused) notify({ kind: 'daemon.config_refused', because: error.message })
        refused = error.message
      }
      seen = stamps
      return current
    },
  }
}

/** Changes with the files that `load` reads. */
function stampsOf({ config, models }: Home): string {
  return `${fileStamp(config)} ${fileStamp(models)}`
}

async function load(home: Home): Promise<DaemonSettings> {
  const config = await readConfig(home)
  if (!config) {
    throw new HemlineError({
      code: 'no_home',
      message: `nothing is pinned in "${home.root}" yet, so there is nothing to look after`,
      hint: 'Say once where your pictures are: hemline init --images FOLDER',
    })
  }
  const section = config.sections.automation ?? automationSchema.parse({})
  const localTimeZone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return {
    settings: config.settings,
    catalogue: await readCatalogue(home.models),
    sections: config.sections,
    automation: settleAutomation(fashionGraph, section, localTimeZone),
    retention: config.sections.retention ?? retentionSchema.parse({}),
    notify: config.sections.notify,
  }
}
