import { flagOfHome } from './home-flag.js'

/** Of the pinned settings, those that a person chooses. */
export type PinnedSettings = {
  images: string
  provider: 'openai' | 'local'
  model: string
  detail: string
  profile: string
}

/** A command, and what it is for. */
export type NextStep = readonly [command: string, purpose: string]

/** What was pinned, what that means, and what to type next. @param home  as the person named it. */
export function describePinned(settings: PinnedSettings, config: string, home: string): string {
  const { images, provider, model, detail, profile } = settings
  const meaning = [
    ['images', images, 'looked at anew by every run'],
    [
      'provider',
      provider,
      provider === 'local' ? 'no model: what pixels tell' : 'the Batch API at OPENAI_BASE_URL',
    ],
    ['model', model, 'answers of another one are asked anew'],
    ['detail', detail, 'how closely it looks; most of the price'],
    [
      'profile',
      profile,
      profile === 'compact' ? 'short prompt and codes: cheap' : 'verbose prompt and full JSON',
    ],
  ] as const
  const width = Math.max(...meaning.map(([, value]) => value.length))
  return [
    `Pinned in ${config}:`,
    ...meaning.map(([name, value, means]) => `  ${name.padEnd(8)}  ${value.padEnd(width)}  ${means}`),
    ...formatNextSteps(firstSteps(provider, home)),
  ].join('\n')
}

/** What to type in a home in which nothing ran yet. */
export function firstSteps(provider: 'openai' | 'local', home: string): NextStep[] {
  const command = `hemline materialize${flagOfHome(home)}`
  const all: NextStep = [`${command} --wait`, 'describe the pictures, and wait']
  return provider === 'local' ? [all] : [[`${command} --limit 20 --wait`, 'twenty pictures first'], all]
}

/** Commands below each other, with what each is for. */
export function formatNextSteps(steps: readonly NextStep[]): string[] {
  const width = Math.max(...steps.map(([command]) => command.length))
  return ['Next:', ...steps.map(([command, purpose]) => `  ${command.padEnd(width)}  ${purpose}`)]
}
