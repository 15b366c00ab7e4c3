/** What a command that is to be typed next needs, to mean the same home; nothing for the default one. */
export function flagOfHome(home: string): string {
  if (home === '.hemline') return ''
  return ` --home ${/^[\w./~-]+$/.test(home) ? home : `'${home.replaceAll("'", `'\\''`)}'`}`
}
