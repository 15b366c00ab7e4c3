const PATIENCE_MS = 1_000

/**
 * Says on a terminal what goes on, once that takes longer than a person waits without wondering, and takes the line back
 * when it is over. Silent where nobody watches.
 */
export async function tellWhile<T>(
  stream: NodeJS.WritableStream & { isTTY?: boolean },
  text: string,
  work: () => Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  if (!stream.isTTY) return work()
  let isTold = false
  const timer = setTimeout(() => {
    isTold = true
    stream.write(`${text} ...`)
  }, patienceMs)
  try {
    return await work()
  } finally {
    clearTimeout(timer)
    if (isTold) stream.write('\r\u001b[K')
  }
}
