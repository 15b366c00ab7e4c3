import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { read, rooms, sourceFiles } from './imports.js'

const order = suite('the order of imports')

order('is Node, packages, then our own', () => {
  const files = sourceFiles([...rooms, 'test'])
  assert.equal(
    files.filter((file) => !isOrdered(importedAtTop(file))),
    [],
  )
})

/** What a file imports from its first line on, as it is written; what it loads later, when it is needed, is not among it. */
function importedAtTop(file: string): string[] {
  const statements = read(file).matchAll(/^import\b[^']*'([^']+)'/gm)
  return [...statements].map(([, specifier]) => specifier!)
}

function isOrdered(imports: readonly string[]): boolean {
  const ranks = imports.map(rankOf)
  return ranks.every((rank, at) => at === 0 || ranks[at - 1]! <= rank)
}

function rankOf(imported: string): number {
  if (imported.startsWith('node:')) return 0
  return imported.startsWith('.') ? 2 : 1
}

order.run()
