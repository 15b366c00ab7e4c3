/** Awaits a promise that must reject, and returns its error; uvu's `assert.throws` does not await. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error) return error
    throw new Error(`rejected with something that is not an Error: ${String(error)}`, { cause: error })
  }
  throw new Error('expected the promise to reject, but it resolved')
}
