import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { keptUntilCommit } from '../../../scheduler/dashboard/money-routes.js'
import { rejection } from '../../rejection.js'

const keeping = suite('what is made anew only after a commit')

keeping('is made once at a time, whatever is committed meanwhile', async () => {
  let [version, made] = [1, 0]
  const gates: (() => void)[] = []
  const get = keptUntilCommit(
    async () => version,
    async () => {
      await new Promise<void>((open) => gates.push(open))
      return ++made
    },
  )
  const asked = [1, 2, 3].map(() => {
    version++
    return get()
  })
  // Each has read the version by then.
  await new Promise((resolve) => setImmediate(resolve))
  assert.is(gates.length, 1)
  gates[0]!()
  assert.equal(await Promise.all(asked), [1, 1, 1])
  // Something was committed since it was begun.
  const next = get()
  await new Promise((resolve) => setImmediate(resolve))
  gates[1]!()
  assert.is(await next, 2)
  assert.is(await get(), 2)
})

keeping('is tried again after it failed', async () => {
  let tries = 0
  const get = keptUntilCommit(
    async () => 1,
    async () => {
      if (++tries === 1) throw new Error('no')
      return tries
    },
  )
  assert.is(((await rejection(get())) as Error).message, 'no')
  assert.is(await get(), 2)
})

keeping.run()
