import { readFileSync, readdirSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { helpOf, listedCommands } from '../../scheduler/run-cli.js'
import { sourceFiles } from '../house/imports.js'

const named = suite('the commands that hints, tables and pages name')

/** `hemline NAME` with the options that follow it, in code of a page or in a text of the program. */
const COMMAND = /\bhemline ([a-z][a-z-]*)((?: +(?:--[a-z-]+|[^\s`'"|.,;:)]+))*)/g
/** What follows the program's name in a sentence about it. */
const PROSE = new Set(['home', 'runs', 'in', 'help', 'remembers', 'took', 'works', 'saw', 'found'])

/** The texts in which a person may be told what to type. */
function texts(): [file: string, text: string][] {
  const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync('docs').map((name) => `docs/${name}`)]
  const files = [...sourceFiles(), ...pages.filter((page) => page.endsWith('.md'))]
  return files.map((file) => [file, readFileSync(file, 'utf8')])
}

named('exist, with every option that is named beside them', async () => {
  const commands = new Set(listedCommands())
  const options = new Map<string, string>()
  const wrong: string[] = []
  let seen = 0
  for (const [file, text] of texts()) {
    for (const [whole, name, rest] of text.matchAll(COMMAND)) {
      if (!commands.has(name!)) {
        if (!PROSE.has(name!)) wrong.push(`${file}: ${whole}`)
        continue
      }
      seen++
      if (!options.has(name!)) options.set(name!, await helpOf(name!))
      for (const [, option] of rest!.matchAll(/--(?:no-)?([a-z][a-z-]*)/g)) {
        if (!options.get(name!)!.includes(`--${option}`)) wrong.push(`${file}: hemline ${name} --${option}`)
      }
    }
  }
  assert.ok(seen > 100, `only ${seen} commands were found`)
  assert.equal(wrong, [])
})

named.run()
