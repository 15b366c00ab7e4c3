import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeDesk, placeSamples } from './cli.js'

const names = suite('the names in JSON')

const OBJECTS = [
  ['config'],
  ['status'],
  ['explain', 'results'],
  ['doctor'],
  ['plan', '--models'],
  ['cost'],
  ['cost', 'compare'],
  ['cost', 'compare', '--published'],
]
const LISTINGS = ['runs', 'ticks', 'batches', 'actions', 'images', 'requests', 'posts', 'failures', 'models']

/** Every name in a value and below it; columns are named by whoever wrote the manifest. */
function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, below]) =>
    name === 'columns' ? [name] : [name, ...namesIn(below)],
  )
}

names('are written alike by every command', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const images = ['--images', 'samples/images/post-009']
  const run = ['materialize', ...images, '--provider', 'local', '--poll-interval', '0.05', '--wait']
  const { stdout, stderr } = await desk.run([...run, '--json'])
  const events = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string })
  assert.ok(events.some(({ event }) => event === 'batch.polled'))
  const all = new Set(namesIn([JSON.parse(stdout), ...events]))
  const objects = await Promise.all(OBJECTS.map((command) => desk.json(command)))
  const listings = await Promise.all(LISTINGS.map((command) => desk.lines([command])))
  for (const name of namesIn([objects, listings])) all.add(name)
  // Homes have it on record so.
  all.delete('recipeId')
  assert.ok(all.size > 100, `${all.size} names`)
  assert.equal(
    [...all].filter((name) => !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)),
    [],
  )
})

names.run()
