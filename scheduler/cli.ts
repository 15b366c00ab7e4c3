import process from 'node:process'
import { loadEnvFile } from './load-env-file.js'
import { plainStatusArgs, runPlainStatus } from './plain-status.js'

loadEnvFile('.env')

// A reader that closes early (`| head`) ends the program; it is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

// Work goes on when nobody reads its log any more.
process.stderr.on('error', () => {})

const argv = process.argv.slice(2)
const plainStatus = plainStatusArgs(argv)
process.exitCode = plainStatus
  ? await runPlainStatus(plainStatus)
  : await (await import('./run-cli.js')).runCli(argv)
