import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { forbiddenImports, importsOf, read, rooms, sourceFiles } from './imports.js'

const layout = suite('the layout of the house')

layout('no room imports one to its right', () => {
  const files = sourceFiles()
  assert.ok(files.length > 100, `only ${files.length} files were looked at`)
  assert.ok(files.some((file) => importsOf(file, read(file)).length > 3))
  const wrong = files.flatMap((file) => forbiddenImports(file, read(file)).map((to) => `${file} -> ${to}`))
  assert.equal(wrong, [])
})

layout('the check sees static, type and dynamic imports, in whatever shape', () => {
  const file = 'pipeline/batch/x.ts'
  const sources = [
    `import { a } from '../../assets/list.js'`,
    `import type { A } from '../../reports/table.js'`,
    `export { a } from '../../scheduler/cli.js'`,
    `const a = await import('../../assets/list.js')`,
    `import a = require('../../assets/list.cjs')`,
    `import '../../test/rejection.js'`,
    `import {\n  a,\n  b,\n} from '../../assets/list.js'`,
  ]
  for (const source of sources) assert.is(forbiddenImports(file, source).length, 1, source)
  assert.equal(forbiddenImports(file, `import { a } from '../../data/database.js'`), [])
  assert.equal(forbiddenImports(file, `import { b } from './y.js'`), [])
})

layout('only data/ speaks SQL', () => {
  const speakers = sourceFiles().filter((file) => {
    const imports = importsOf(file, read(file))
    return imports.some((name) => ['kysely', 'better-sqlite3'].includes(name)) && !file.startsWith('data/')
  })
  assert.equal(speakers, [])
})

layout(
  'only the composition root and the clock know the time, chance, the environment and the console',
  () => {
    const world =
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.env\b|\bconsole\.|\bperformance\.now\(/
    const clocks = ['pipeline/clock.ts', 'reports/dashboard/browser-clock.ts']
    const knowing = sourceFiles().filter(
      (file) => !file.startsWith('scheduler/') && !clocks.includes(file) && world.test(read(file)),
    )
    assert.equal(knowing, [])
  },
)

layout('the top level holds the rooms and what every project has, and nothing else', () => {
  const allowed = new Set([
    ...rooms,
    ...['test', 'docs', 'dist', 'node_modules', 'coverage'],
    ...['package.json', 'package-lock.json', 'tsconfig.json', 'knip.json'],
    ...['README.md', 'LICENSE', 'CHANGELOG.md', 'CONTRIBUTING.md'],
  ])
  const others = readdirSync('.').filter((name) => !name.startsWith('.') && !allowed.has(name))
  assert.equal(others, [])
})

layout('every file has one noun for a name, and is short enough to read', () => {
  const vague = /^(index|utils?|lib|common|helpers?|misc|shared|types)\.tsx?$/
  const files = sourceFiles()
  assert.equal(
    files.filter(
      (file) => vague.test(basename(file)) || !/^[a-z0-9]+([-_][a-z0-9]+)*\.c?tsx?$/.test(basename(file)),
    ),
    [],
  )
  assert.equal(
    files.filter((file) => read(file).trimEnd().split('\n').length > 260),
    [],
  )
})

layout.run()
