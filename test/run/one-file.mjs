// Runs the suites of one test file with uvu's own runner, which prints its totals.
import { resolve } from 'node:path'
import process from 'node:process'
import { run } from 'uvu/run'

const name = process.argv[2]
await run([{ name, file: resolve(name) }])
