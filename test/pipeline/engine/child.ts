import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process of its own that runs a file of this folder; killed, if need be, when the test ends. */
export type Child = AsyncDisposable & {
  pid: number
  /** The next line that it prints. Rejects when it ends without one. */
  nextLine(): Promise<string>
  /** Ends it as a power cut would, and waits until it is gone. */
  kill(): Promise<void>
}

export function startChild(file: string, ...args: string[]): Child {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  async function kill(): Promise<void> {
    child.kill('SIGKILL')
    await ended
  }
  return {
    pid: child.pid!,
    async nextLine() {
      const { done, value } = await lines.next()
      if (done) throw new Error(`${file} ended without another line`)
      return value
    },
    kill,
    [Symbol.asyncDispose]: kill,
  }
}
