import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Places } from '../../../../pipeline/provider/local-server/places.js'

const places = suite('places')
const never = new AbortController().signal

places('are given in the order of arrival, never more than there are', async () => {
  const two = new Places(2)
  const taken: string[] = []
  const come = async (name: string) => {
    const giveBack = await two.take(never)
    taken.push(name)
    return giveBack
  }
  const [first] = await Promise.all([come('a'), come('b')])
  const others = [come('c'), come('d')]
  await Promise.resolve()
  assert.equal(taken, ['a', 'b'])
  first?.()
  ;(await others[0])?.()
  await others[1]
  assert.equal(taken, ['a', 'b', 'c', 'd'])
})

places('are not given to who has left, and not lost by it', async () => {
  const one = new Places(1)
  const giveBack = await one.take(never)
  const leaving = new AbortController()
  const gone = one.take(leaving.signal)
  const next = one.take(never)
  leaving.abort()
  assert.is(await gone, undefined)
  giveBack?.()
  assert.type(await next, 'function')
})

places('are not lost to others when somebody leaves who had one', async () => {
  const one = new Places(1)
  const first = await one.take(never)
  const leaving = new AbortController()
  const second = one.take(leaving.signal)
  const third = one.take(never)
  first?.()
  const giveBack = await second
  leaving.abort()
  giveBack?.()
  assert.type(await third, 'function')
})

places('are not given to who had left before', async () => {
  const one = new Places(1)
  assert.is(await one.take(AbortSignal.abort()), undefined)
  assert.type(await one.take(never), 'function')
})

places.run()
