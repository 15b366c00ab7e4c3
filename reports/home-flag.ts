/** The home of a command that is not told another. */
export const DEFAULT_HOME = '.hemline'

/** What a command that is to be typed next needs, to mean the same home; nothing for the default one. */
export function flagOfHome(home: string): string {
  return home === DEFAULT_HOME ? '' : ` --home ${shellWord(home)}`
}

/** A text as one word of a shell: as it is where that is one, else in quotes. */
export function shellWord(text: string): string {
  return /^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
