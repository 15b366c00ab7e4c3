import type { Options } from 'yargs'
import { defaultSettings } from '../../assets/default-settings.js'
import { details } from '../../data/catalogue/model-row.js'

/** The flags that shape requests; what they say is pinned in the home. */
export const settingOptions = {
  images: { type: 'string', requiresArg: true, describe: 'Folder of pictures, or manifest (.csv, .jsonl)' },
  provider: {
    choices: ['openai', 'local'] as const,
    describe: `Who answers: OpenAI, or the embedded server without a key [${defaultSettings.provider}]`,
  },
  model: { type: 'string', requiresArg: true, describe: `Model [${defaultSettings.model}]` },
  detail: {
    choices: details,
    describe: `How closely the model looks at a picture [${defaultSettings.detail}]`,
  },
  profile: {
    choices: ['original', 'compact'] as const,
    describe: `Verbose prompt and full JSON, or short prompt and codes [${defaultSettings.profile}]`,
  },
} as const satisfies Record<string, Options>
