import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process of its own that a test talks to line by line; killed, if it still runs, when the test ends. */
export type Child = AsyncDisposable & {
  /** The next line that it prints. Rejects when it ends without one. */
  nextLine(): Promise<string>
  tell(line: string): void
  /** Ends it as a power cut would, and waits until it is gone. */
  kill(): Promise<void>
}

/** @param file  a TypeScript file. */
export function startChild(file: URL, ...args: string[]): Child {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(file), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  async function kill(): Promise<void> {
    child.kill('SIGKILL')
    await ended
  }
  return {
    async nextLine() {
      const { done, value } = await lines.next()
      if (done) throw new Error(`${file.pathname} ended without another line`)
      return value
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    kill,
    [Symbol.asyncDispose]: kill,
  }
}
