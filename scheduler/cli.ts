#!/usr/bin/env node
import { existsSync } from 'node:fs'
import process from 'node:process'
import { runCli } from './run-cli.js'

if (existsSync('.env')) process.loadEnvFile('.env')

// A reader that closes early (`| head`) ends the program; it is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

process.exitCode = await runCli(process.argv.slice(2))
