import process from 'node:process'

/**
 * A signal that the first Ctrl-C or SIGTERM aborts, so that work can end in a clear state; a second one ends the process
 * at once, as it would without us.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      controller.abort(new Error(`stopped by ${name}`))
      process.once('SIGINT', () => process.exit(130))
      process.once('SIGTERM', () => process.exit(143))
    })
  }
  return controller.signal
}

/** Resolves when the process is asked to stop. */
export function untilStopped(): Promise<void> {
  const signal = stopSignal()
  // A pending promise alone does not keep the process alive; the server that is served meanwhile does.
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
