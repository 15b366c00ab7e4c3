// Loaded before a program (`node --import`): at its end the program's peak memory, in MB, is in the file that PEAK_FILE names.
import { writeFileSync } from 'node:fs'
import process from 'node:process'

process.on('exit', () => writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS / 1024)))
