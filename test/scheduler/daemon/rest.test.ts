import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { writeAtomically } from '../../../data/artifacts.js'
import { type Db, openDatabase } from '../../../data/database.js'
import type { Home } from '../../../data/home.js'
import { insertRun } from '../../../data/records/runs.js'
import { type Clock, systemClock } from '../../../pipeline/clock.js'
import { HomeWrites } from '../../../scheduler/daemon/home-writes.js'
import { Rest } from '../../../scheduler/daemon/rest.js'
import { type SmallHome, makeSmallHome } from './small-home.js'

const resting = suite('a daemon that has nothing to do')

const NOW = new Date('2026-01-01T00:00:00Z')

/** On which no second ever passes: a rest by it ends only when it is told to. */
const stoppedClock: Clock = {
  now: () => NOW,
  async sleep(ms, signal) {
    if (ms < 1_000) return systemClock.sleep(ms, signal)
    if (!signal!.aborted) await once(signal!, 'abort')
  },
}

type Resting = AsyncDisposable & { small: SmallHome; db: Db; other: Db; rest: Rest; stop: AbortController }

async function makeResting(clock: Clock, watched: (home: Home) => Home = (home) => home): Promise<Resting> {
  const small = await makeSmallHome(0)
  const [db, other] = [await openDatabase(small.home.database), await openDatabase(small.home.database)]
  const stop = new AbortController()
  const rest = new Rest(db, watched(small.home), clock, stop.signal)
  return {
    ...{ small, db, other, rest, stop },
    async [Symbol.asyncDispose]() {
      rest.close()
      await Promise.all([db.destroy(), other.destroy()])
      await small[Symbol.asyncDispose]()
    },
  }
}

/** Writes what leaves nothing to do. */
async function write(db: Db): Promise<void> {
  await insertRun(db, { selection: '*', trigger: 'person' }, NOW, 'queued')
  await db.deleteFrom('runs').execute()
}

resting('rests until the next beat, or until it is stopped', async () => {
  await using made = await makeResting(stoppedClock)
  for (const end of [() => made.rest.end(), () => made.stop.abort()]) {
    await made.rest.prepare()
    const over = made.rest.untilOver()
    end()
    await over
  }
})

resting('is told of what another process writes, and of an edit of the config or the prices', async () => {
  await using made = await makeResting(stoppedClock)
  const { small, other, rest } = made
  const config = JSON.stringify(small.settings)
  const disturbances = [
    () => write(other),
    () => writeFile(small.home.models, '{}'),
    () => writeFile(small.home.config, config),
    () => writeAtomically(small.home.config, config),
  ]
  for (const disturb of disturbances) {
    await rest.prepare()
    const over = rest.untilOver()
    await disturb()
    await over
  }
})

resting('is disturbed by what came while its last tick decided', async () => {
  await using made = await makeResting(stoppedClock)
  await made.rest.prepare()
  await write(made.other)
  await made.rest.untilOver()
})

resting('rests on when it writes itself, and when other files of the home change', async () => {
  await using made = await makeResting(stoppedClock)
  const { small, db, rest } = made
  await rest.prepare()
  let isOver = false
  const over = rest.untilOver().then(() => (isOver = true))
  await write(db)
  await writeFile(small.home.health, '{}')
  // Who begins to listen last is told last.
  await new Promise<void>((told) => {
    const writes = new HomeWrites(small.home, () => {
      writes.close()
      told()
    })
    void write(db)
  })
  for (let turns = 0; turns < 20; turns++) await turn()
  assert.not(isOver)
  rest.end()
  await over
})

resting('looks for itself where the system cannot tell it, or tells it nothing', async () => {
  const [cannot, silent] = [
    (home: Home) => ({ ...home, databaseLog: home.pathOf('not-there') }),
    (home: Home) => ({ ...home, databaseLog: home.database }),
  ]
  for (const watched of [cannot, silent]) {
    await using made = await makeResting(systemClock, watched)
    await made.rest.prepare()
    const over = made.rest.untilOver()
    await write(made.other)
    await over
  }
})

resting('does not rest while a run waits', async () => {
  const slept: number[] = []
  await using made = await makeResting({ now: () => NOW, sleep: async (ms) => void slept.push(ms) })
  await insertRun(made.db, { selection: '*', trigger: 'clock' }, NOW, 'queued')
  await made.rest.prepare()
  await made.rest.untilOver()
  assert.equal(slept, [1_000])
})

resting('relies on being told once it was told of a commit', async () => {
  await using made = await makeResting(stoppedClock)
  const { small, db } = made
  let told = (): void => {}
  const writes = new HomeWrites(small.home, () => told())
  const next = (): Promise<void> => new Promise((resolve) => (told = resolve))
  let word = next()
  await writeFile(small.home.models, '{}')
  await word
  assert.not(writes.isReliable)
  word = next()
  await write(db)
  await word
  assert.ok(writes.isReliable)
  writes.close()
})

resting.run()
