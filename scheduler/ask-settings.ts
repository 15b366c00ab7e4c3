import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { createInterface } from 'node:readline/promises'
import type { Settings } from '../assets/settings.js'

/** What only a person knows. */
export type Asked = Pick<Settings, 'images' | 'provider'>

/**
 * Asks a person at a terminal the two things that have no default: where the pictures are, and who describes them. A place
 * that does not exist is asked for again.
 *
 * @param hasKey  whether a key is set: then OpenAI is proposed, else the local server.
 * @returns  undefined when the person ends the input instead of answering.
 */
export async function askSettings(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  hasKey: boolean,
): Promise<Asked | undefined> {
  const lines = createInterface({ input, output })
  const answers = lines[Symbol.asyncIterator]()
  const ask = async (question: string): Promise<string | undefined> => {
    output.write(question)
    const next = await answers.next()
    return next.done ? undefined : next.value.trim()
  }
  try {
    const images = await askImages(ask, output)
    const provider = images === undefined ? undefined : await askProvider(ask, output, hasKey)
    return images === undefined || provider === undefined ? undefined : { images, provider }
  } finally {
    lines.close()
  }
}

type Ask = (question: string) => Promise<string | undefined>

async function askImages(ask: Ask, output: NodeJS.WritableStream): Promise<string | undefined> {
  output.write(
    'A folder in which every sub-folder is a post, or a manifest (.csv, .jsonl) with a column "image".\n',
  )
  for (;;) {
    const typed = await ask('Where are your pictures? ')
    if (typed === undefined) return undefined
    const path = typed.replace(/^~(?=\/|$)/, homedir())
    if (path !== '' && existsSync(path)) return path
    if (path !== '') output.write(`"${typed}" does not exist.\n`)
  }
}

async function askProvider(
  ask: Ask,
  output: NodeJS.WritableStream,
  hasKey: boolean,
): Promise<Settings['provider'] | undefined> {
  const proposed = hasKey ? 'openai' : 'local'
  output.write(
    'openai: a model, with your key, at half price. local: no key and no model, from pixels alone.\n',
  )
  for (;;) {
    const typed = await ask(`Who describes them, openai or local? [${proposed}] `)
    if (typed === undefined) return undefined
    if (typed === '') return proposed
    if (typed === 'openai' || typed === 'local') return typed
    output.write(`Type openai or local, not "${typed}".\n`)
  }
}
