// Loaded before a program (`node --require`): at its end the program's peak memory, in MB, is in the file that PEAK_FILE names.
const { writeFileSync } = require('node:fs')
const process = require('node:process')

process.on('exit', () => writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS / 1024)))
