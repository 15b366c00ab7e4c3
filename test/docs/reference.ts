import { helpOf, listedCommands } from '../../scheduler/run-cli.js'

/** The reference of the command line, in Markdown: the help of every command, as it is printed. */
export async function formatReference(): Promise<string> {
  const names = listedCommands()
  const sections: string[] = []
  for (const name of names)
    sections.push(`## ${name}\n\n\`\`\`text\n${(await helpOf(name)).trim()}\n\`\`\`\n`)
  return [
    '# The command line\n',
    'Made from the definitions of the commands with `npm run docs`; a test keeps it in step.\n',
    'Results are on stdout. Everything else is on stderr: sentences and a bar on a terminal, one JSON object a line elsewhere.',
    'Exit codes: 0 done, 1 failed, 2 bad usage, 3 waiting on the provider, 4 held for a person.\n',
    `${names.map((name) => `[${name}](#${name})`).join(', ')}\n`,
    ...sections,
  ].join('\n')
}
