import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { read, sourceFiles } from './imports.js'

const testFiles = suite('the test files')

/** Each can make uvu pass without testing: hooks whose errors are lost, suites that never run, tests left out. */
const traps = 'only|skip|before|after'

testFiles('run their suites, and use nothing that lets uvu pass without testing', () => {
  const files = sourceFiles(['test']).filter((file) => file.endsWith('.test.ts'))
  assert.ok(files.length > 20, `only ${files.length} test files were found`)
  for (const file of files.filter((name) => !name.endsWith('house/test-files.test.ts'))) {
    const source = read(file)
    const suites = [...source.matchAll(/^const (\w+) = suite\(/gm)].map(([, name]) => name!)
    assert.ok(suites.length > 0, `${file} has no suite`)
    for (const name of suites) {
      assert.match(source, new RegExp(`^${name}\\.run\\(\\)`, 'm'), `${file} never runs ${name}`)
      assert.not.match(source, new RegExp(`\\b${name}\\.(${traps})\\b`), `${file} has a trap`)
    }
  }
})

testFiles('are found by the runner: no test hides in a file of another name', () => {
  const hidden = sourceFiles(['test']).filter(
    (file) => !file.endsWith('.test.ts') && /\.run\(\)\s*$/.test(read(file)),
  )
  assert.equal(hidden, [])
})

testFiles.run()
