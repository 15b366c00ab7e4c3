import { flagOfHome } from './home-flag.js'

/** What an action came to: a word for programs, a sentence for people, and what they type next, the command last. */
export type ActionOutcome = { kind: string; text: string; next?: string }

/** The same as lines. @param home  as the person named it. */
export function describeOutcome({ text, next }: Omit<ActionOutcome, 'kind'>, home: string): string {
  return next === undefined ? text : `${text}\n${next}${flagOfHome(home)}`
}
