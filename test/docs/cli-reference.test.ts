import { readFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { helpOf, listedCommands } from '../../scheduler/run-cli.js'
import { formatReference } from './reference.js'

const reference = suite('the reference of the command line')

reference('is in step with the commands; `npm run docs` writes it anew', async () => {
  assert.is(await readFile('docs/cli.md', 'utf8'), await formatReference())
})

reference('shows an example for every command', async () => {
  const names = listedCommands()
  assert.ok(names.length > 20, names.join())
  for (const name of names) {
    const help = await helpOf(name)
    assert.match(help, `hemline ${name}`)
    assert.match(help, /\nExamples:\n {2}(source <\()?hemline /, name)
    assert.not.match(help, /undefined/, name)
  }
})

reference.run()
