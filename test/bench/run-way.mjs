// Runs one way of one stage, and reports its time and the peak memory of this process.
import process from 'node:process'
import { pathToFileURL } from 'node:url'

const [file, way, folder, size] = process.argv.slice(2)
const ways = await import(pathToFileURL(file).href)
let result = { ms: 0 }
await ways[way]({
  folder,
  size: Number(size),
  /** Measures what counts; what a way does before and after is its own affair. */
  async time(work) {
    const began = performance.now()
    const made = await work()
    result = { ...result, ms: performance.now() - began }
    return made
  },
  /** For what was measured elsewhere: in another process, or as a median. */
  report: (measured) => (result = { ...result, ...measured }),
})
process.send({ peakMb: process.resourceUsage().maxRSS / 1024, ...result })
process.disconnect()
