#!/usr/bin/env node
// CommonJS, because an ES module is itself read by one of the threads whose number is set here.
import process = require('node:process')
import decodingThreads = require('../assets/picture/decoding-threads.cjs')

process.env['UV_THREADPOOL_SIZE'] ??= String(decodingThreads)

// Of a module that never comes to its end, or fails where NODE_OPTIONS lets that pass, Node would say that all is well.
process.once('exit', () => {
  if (process.exitCode !== undefined) return
  process.exitCode = 1
  process.stderr.write(
    'error: it ended in the middle of its work\nhint: Type the same again; nothing is lost.\n',
  )
})

void import('./cli.js')
