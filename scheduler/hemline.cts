#!/usr/bin/env node
// CommonJS, because an ES module is itself read by one of the threads whose number is set here.
import process = require('node:process')
import decodingThreads = require('../assets/picture/decoding-threads.cjs')

process.env['UV_THREADPOOL_SIZE'] ??= String(decodingThreads)
void import('./cli.js')
