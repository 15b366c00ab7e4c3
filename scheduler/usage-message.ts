import { nearestName } from '../pipeline/nearest-name.js'
import { UsageError } from './usage-error.js'

/** What the parser knew when it gave up. */
export type ParsedSoFar = {
  /** The words after the program's name. */
  argv: readonly string[]
  commands: readonly string[]
  /** Options of the command that was named. */
  options: readonly string[]
}

/** Puts what yargs has against a command line into a sentence that quotes it, with the nearest name and where to read on. */
export function explainUsage(message: string, parsed: ParsedSoFar): UsageError {
  for (const [pattern, sentence] of sentences) {
    const found = pattern.exec(message)
    if (found) return new UsageError(sentence(found.slice(1), parsed), hintOf(parsed))
  }
  return new UsageError(message, hintOf(parsed))
}

type Sentence = (found: string[], parsed: ParsedSoFar) => string

const sentences: readonly [RegExp, Sentence][] = [
  [/^Unknown (?:arguments?|commands?): (.+)$/, ([names], parsed) => unknown(names!.split(', '), parsed)],
  [
    /^Invalid values:\s+Argument: (\S+), Given: (.*), Choices: (.*)$/,
    ([name, given, choices], { argv }) =>
      `expected ${written(name!, argv)} to be one of ${choices!.replaceAll('"', '')}; got ${given}`,
  ],
  [/^Not enough arguments following: (.+)$/, ([name]) => `--${name} wants a value`],
  [/^Missing required arguments?: (.+)$/, ([names]) => `${flags(names!)} is missing`],
  [
    /^Not enough non-option arguments/,
    (_found, parsed) => `\`hemline ${commandOf(parsed)}\` wants to know which one`,
  ],
]

function unknown(names: string[], { argv, commands, options }: ParsedSoFar): string {
  const [name] = names as [string]
  // Of a command that nobody knows every option is unknown as well.
  const [first] = argv
  if (first !== undefined && names.includes(first)) return noCommand(first, commands)
  const flag = argv.find((word) => /^--?[^-]/.test(word) && word.replace(/^--?(no-)?/, '').startsWith(name))
  if (flag !== undefined) return `there is no option ${flag}${meant(nearestName(name, options), '--')}`
  const isCommand = argv.find((word) => !word.startsWith('-')) === name
  if (isCommand) return noCommand(name, commands)
  return `nothing is expected where "${names.join(' ')}" stands`
}

function noCommand(name: string, commands: readonly string[]): string {
  return `there is no command "${name}"${meant(nearestName(name, commands), '')}`
}

function meant(name: string | undefined, prefix: string): string {
  return name === undefined ? '' : `; did you mean ${prefix}${name}?`
}

/** An option with its dashes; a word that is given by its place, as it is. */
function written(name: string, argv: readonly string[]): string {
  return argv.some((word) => word.startsWith(`--${name}`)) ? `--${name}` : name
}

function flags(names: string): string {
  return names
    .split(', ')
    .map((name) => `--${name}`)
    .join(', ')
}

function commandOf({ argv, commands }: ParsedSoFar): string | undefined {
  return argv.find((word) => commands.includes(word))
}

function hintOf(parsed: ParsedSoFar): string {
  const command = commandOf(parsed)
  return command === undefined
    ? 'Every command: hemline --help'
    : `Its options, with examples: hemline ${command} --help`
}
