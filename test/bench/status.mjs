// How long `hemline status` takes, from a shell's point of view.
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { fashionGraph } from '../../dist/assets/list.js'
import { recipe } from '../../dist/assets/recipe.js'
import { tasksFile } from '../../dist/assets/tasks-file.js'
import { insertMaterialization } from '../../dist/data/records/materializations.js'
import { observeSources } from '../../dist/pipeline/engine/observe-sources.js'
import { fillHome, openWorld } from './made-home.mjs'

const CLI = fileURLToPath(new URL('../../dist/scheduler/hemline.cjs', import.meta.url))
const REPEATS = 7

export const stage = {
  unit: 'requests',
  limit: 'node -e 0',
  goal: { atMost: 2.5 },
  sizes: { usual: [100_000, 1_000_000], full: [100_000, 1_000_000] },
  ways: ['limit', 'ours'],
}

export async function prepare({ folder, size }) {
  const { db, context } = await openWorld(folder)
  const { clock, signal } = context
  fillHome(folder, size)
  await db
    .insertInto('runs')
    .values({ selection: '*', trigger: 'person', state: 'done', started_at: 't', finished_at: 't' })
    .execute()
  const made = {
    asset_key: tasksFile.key,
    run_id: 1,
    code_version: '1',
    data_version: 'v',
    input_versions: '{}',
    metadata: '{}',
  }
  await insertMaterialization(db, { ...made, because: 'never made' }, clock.now())
  await observeSources([recipe.key], { graph: fashionGraph, resources: context, clock, signal, onEvent() {} })
  await db.destroy()
}

export function limit({ report }) {
  report(timesOf(['-e', '0']))
}

export function ours({ folder, report }) {
  report(timesOf([CLI, 'status', '--home', folder]))
}

function timesOf(args) {
  const times = []
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const began = performance.now()
    const { status, stderr } = spawnSync(process.execPath, args)
    times.push(performance.now() - began)
    if (status !== 0) throw new Error(String(stderr))
  }
  return { ms: times.toSorted((a, b) => a - b)[REPEATS >> 1] }
}
