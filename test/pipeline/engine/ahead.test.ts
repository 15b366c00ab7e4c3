import { setImmediate } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findSteps } from '../../../data/records/steps.js'
import { waiting } from '../../../pipeline/engine/asset.js'
import { bake, dish, ingredient, makeWorld } from './bakery.js'

const ahead = suite('working ahead')

/** Lets whatever can go on do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await setImmediate()
}

/** Something that happens when it is told to. */
function signalled() {
  let happen = (): void => {}
  const happened = new Promise<void>((done) => (happen = done))
  return { happen, happened }
}

/** A dough that comes in pieces, as many as are given; between two of them whatever can go on does so. */
function pieces(count: number, last: () => void = () => {}) {
  return dish('dough', [], {
    async make(inputs, { handOn }) {
      for (let piece = 0; piece < count; piece++) {
        handOn()
        await settle()
      }
      last()
      return bake(inputs)
    },
  })
}

ahead(
  'begins with each piece that is handed on, before the step above ends, and then has its own step',
  async () => {
    await using world = await makeWorld()
    const order: string[] = []
    const bread = dish('bread', [pieces(3, () => void order.push('dough made'))], {
      async workAhead({ runId, made }) {
        order.push(`ahead in run ${runId}`)
        made.push('a loaf')
      },
      make(inputs) {
        order.push('bread made')
        return bake(inputs)
      },
    })
    const { runId, steps } = await world.run([...Object.values(bread.needs), bread])
    const run = `ahead in run ${runId}`
    assert.equal(order, [run, run, run, 'dough made', 'bread made'])
    assert.equal(
      steps.map(({ asset, state }) => `${asset} ${state}`),
      ['dough done', 'bread done'],
    )
    const rows = await findSteps(world.db, runId)
    assert.equal(
      rows.map(({ asset_key: key, state }) => `${key} ${state}`),
      ['dough done', 'bread done'],
    )
  },
)

ahead('is never called twice at once: what is handed on meanwhile is one more call', async () => {
  await using world = await makeWorld()
  const first = signalled()
  let [calls, atWork] = [0, 0]
  const dough = dish('dough', [], {
    async make(inputs, { handOn }) {
      for (let piece = 0; piece < 5; piece++) handOn()
      await settle()
      assert.equal([calls, atWork], [1, 1])
      first.happen()
      await settle()
      assert.equal([calls, atWork], [2, 0])
      return bake(inputs)
    },
  })
  const bread = dish('bread', [dough], {
    async workAhead() {
      calls++
      assert.is(++atWork, 1)
      await first.happened
      atWork--
    },
  })
  assert.is((await world.run([dough, bread])).state, 'done')
})

ahead('that fails is told, fails nothing, and is not tried again before its own step', async () => {
  await using world = await makeWorld()
  let calls = 0
  const dough = pieces(3)
  const bread = dish('bread', [dough], {
    async workAhead() {
      calls++
      throw new Error('the oven is cold')
    },
  })
  const { state } = await world.run([dough, bread])
  assert.equal([state, calls, world.made], ['done', 1, ['dough', 'bread']])
  assert.equal(
    world.told('ahead.failed').map(({ asset, error }) => `${asset}: ${(error as Error).message}`),
    ['bread: the oven is cold'],
  )
  assert.equal(world.told('step.failed'), [])
})

ahead('that has enough is not called again before its own step', async () => {
  await using world = await makeWorld()
  let calls = 0
  const dough = pieces(3)
  const bread = dish('bread', [dough], {
    async workAhead() {
      return ++calls === 2 ? 'enough' : undefined
    },
  })
  const { state } = await world.run([dough, bread])
  assert.equal([state, calls, world.made], ['done', 2, ['dough', 'bread']])
  assert.equal(world.told('ahead.failed'), [])
})

ahead('is waited for by the step below, and where the step above failed', async () => {
  for (const fails of [false, true]) {
    await using world = await makeWorld()
    const end = signalled()
    let calls = 0
    const dough = dish('dough', [], {
      async make(inputs, { handOn }) {
        handOn()
        await settle()
        // Nobody comes to this one any more.
        handOn()
        void settle().then(end.happen)
        if (fails) throw new Error('no flour')
        return bake(inputs)
      },
    })
    const bread = dish('bread', [dough], {
      async workAhead({ made }) {
        calls++
        await end.happened
        made.push('worked ahead')
      },
    })
    const { state } = await world.run([dough, bread])
    assert.is(state, fails ? 'failed' : 'done')
    assert.equal([calls, world.made], [1, ['dough', 'worked ahead', ...(fails ? [] : ['bread'])]])
  }
})

ahead('only begins in a run that makes both, and where nothing else above is still to be made', async () => {
  await using world = await makeWorld()
  const begun: string[] = []
  const begins = (key: string) => ({ workAhead: async () => void begun.push(key) })
  const salt = ingredient('salt')
  const dough = pieces(1)
  const yeast = dish('yeast', [dough])
  const cream = dish('cream', [])
  const nodes = [
    ...[salt, cream, dough, yeast],
    ...[dish('bread', [dough, salt], begins('bread')), dish('cake', [cream, dough], begins('cake'))],
    ...[dish('roll', [dough, yeast], begins('roll')), dish('toast', [yeast], begins('toast'))],
  ]
  await world.run(nodes, { selection: ['dough'], isForced: true })
  assert.equal(begun, [])
  await world.run(nodes, { selection: ['dough', 'bread', 'yeast', 'cream'], isForced: true })
  assert.equal(begun, ['bread'])
  await world.run(nodes, { isForced: true })
  assert.equal(begun.slice(1), ['bread', 'cake'])
})

ahead('does not begin below what is not done', async () => {
  await using world = await makeWorld()
  let calls = 0
  const cream = dish('cream', [], { make: (_, { clock }) => waiting(clock.now(), 'it cools') })
  const dough = pieces(1)
  const cake = dish('cake', [cream, dough], { workAhead: async () => void calls++ })
  await world.run([cream, dough, cake])
  assert.is(calls, 0)
})

ahead('ends with a run that is stopped, and nothing of it is told', async () => {
  await using world = await makeWorld()
  const stop = new AbortController()
  let calls = 0
  const dough = dish('dough', [], {
    async make(_, { handOn, signal }) {
      handOn()
      await settle()
      stop.abort(new Error('stopped'))
      handOn()
      throw signal.reason
    },
  })
  const bread = dish('bread', [dough], {
    async workAhead({ signal }) {
      calls++
      await new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason)))
    },
  })
  const { state } = await world.run([dough, bread], { signal: stop.signal })
  assert.equal([state, calls, world.told('ahead.failed')], ['interrupted', 1, []])
})

ahead('ends the run where what is told of it cannot be told', async () => {
  await using world = await makeWorld()
  const dough = pieces(2)
  const bread = dish('bread', [dough], {
    workAhead: () => Promise.reject(new Error('the oven is cold')),
  })
  const { state, error } = await world.run([dough, bread], {
    onEvent({ kind }) {
      if (kind === 'ahead.failed') throw new Error('the terminal is gone')
    },
  })
  assert.equal([state, (error as Error).message], ['failed', 'the terminal is gone'])
})

ahead.run()
