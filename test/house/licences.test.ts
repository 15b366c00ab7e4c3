import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const licences = suite('the licences of what is installed')

const permissive =
  /^(MIT|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|CC0-1\.0|Unlicense|Python-2\.0)$/
/** libvips, a shared library that sharp loads, may be used so under the LGPL. */
const loaded = /^node_modules\/@img\/sharp-/

type Package = { license?: string; dev?: boolean }

licences('of a user allow any use: one of the names of the lock file, or all where "AND" joins them', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, Package>
  }
  const used = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev)
  assert.ok(used.length > 50, `only ${used.length} packages were looked at`)
  const others = used
    .filter(([path, { license }]) => !isAllowed(license ?? '', path))
    .map(([path, { license }]) => `${path}: ${license}`)
  assert.equal(others, [])
})

function isAllowed(license: string, path: string): boolean {
  const isFree = (name: string): boolean =>
    permissive.test(name) || (name === 'LGPL-3.0-or-later' && loaded.test(path))
  const names = license.replaceAll(/[()]/g, '')
  return names.includes(' OR ') ? names.split(' OR ').some(isFree) : names.split(' AND ').every(isFree)
}

licences.run()
