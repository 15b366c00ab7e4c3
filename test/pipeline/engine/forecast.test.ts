import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { forecast } from '../../../pipeline/engine/forecast.js'
import { defineGraph } from '../../../pipeline/engine/graph.js'
import { loadPending, loadRecords } from '../../../pipeline/engine/records.js'
import { dish, ingredient, makeWorld } from './bakery.js'

const forecasting = suite('a forecast of a run')

let left: string | undefined
const flour = ingredient('flour')
const dough = dish('dough', [flour], { pending: () => left })
const bread = dish('bread', [dough])
const crumbs = dish('crumbs', [bread])
const salad = dish('salad', [])
const nodes = [flour, dough, bread, crumbs, salad]
const keys = nodes.map(({ key }) => key)

forecasting('names what runs, what may, and what does not, before and after it ran', async () => {
  await using world = await makeWorld()
  const graph = defineGraph(nodes)
  const verdicts = async (selected = keys): Promise<string[]> => {
    const records = await loadRecords(world.db)
    const told = forecast(graph, selected, records, await loadPending(graph, world.db))
    return told.map(({ asset, verdict, because }) => `${asset} ${verdict} ${because}`.trim())
  }
  assert.equal(await verdicts(), [
    'flour source not looked at yet',
    ...['dough', 'bread', 'crumbs', 'salad'].map((key) => `${key} runs never made`),
  ])
  await world.run(nodes)
  assert.equal((await verdicts()).slice(1), [
    'dough up_to_date',
    'bread up_to_date',
    'crumbs up_to_date',
    'salad up_to_date',
  ])

  left = 'two loaves wait'
  assert.equal((await verdicts()).slice(1), [
    'dough runs two loaves wait',
    'bread may_run if "dough" comes out different',
    'crumbs may_run if "bread" comes out different',
    'salad up_to_date',
  ])
  assert.equal(await verdicts(['bread']), ['bread up_to_date'])
  left = undefined
})

forecasting.run()
