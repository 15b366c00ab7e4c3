import { cp, rm, writeFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeDesk, placeSamples } from './cli.js'

const ledger = suite('the ledger')

const RUN = [
  'materialize',
  '--images',
  'samples/images',
  '--provider',
  'local',
  '--poll-interval',
  '0.05',
  '--wait',
]

ledger('sums to the same by every view, agrees with the provider, and knows what is shared', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  await cp(desk.path('samples/images/post-009'), desk.path('samples/images/post-copy'), { recursive: true })
  assert.is((await desk.run([...RUN, '--limit', '10'])).code, 0)
  assert.is((await desk.run([...RUN, '--method', 'individual'])).code, 0)
  const { local } = await desk.json(['cost'])
  assert.is(local.requests, 32)
  const counts: Record<string, number> = { method: 2, model: 1, batch: 2, day: 1, post: 9 }
  for (const [view, count] of Object.entries(counts)) {
    const { rows, ...rest } = await desk.json(['cost', '--by', view])
    assert.is(rows.length, count, view)
    for (const name of ['requests', 'input_tokens', 'cost_nano_usd', 'estimated_image_tokens'] as const) {
      const sum = rows.reduce((total: number, row: Record<string, number>) => total + row[name]!, 0)
      assert.is(sum, local[name], `${name} by ${view}`)
    }
    assert.is(rest.usage.agreeing, 1)
    assert.is(rest.reuse.images, 3)
    assert.ok(rest.reuse.worth_nano_usd > 0)
  }
  const { stdout } = await desk.run(['cost'])
  assert.match(stdout, /3 images share their answers with another of the same bytes: \$0\.000\d+ not spent/)
  assert.match(stdout, /own sums agree to the token for 1 batch/)
})

ledger('is a spreadsheet, or Markdown, with the same figures', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  await desk.run([...RUN, '--images', 'samples/images/post-009'])
  const { rows } = await desk.json(['cost', '--by', 'post'])
  const csv = (await desk.run(['cost', '--by', 'post', '--format', 'csv'])).stdout.trimEnd().split('\n')
  const [head, ...lines] = csv.map((line) => line.split(','))
  assert.equal(
    lines.map((line) => [line[0], Number(line[head!.indexOf('cost_nano_usd')])]),
    rows.map((row: { post_id: string; cost_nano_usd: number }) => [row.post_id, row.cost_nano_usd]),
  )
  const md = await desk.run(['cost', '--by', 'post', '--format', 'md'])
  assert.match(md.stdout, /^\| post \| requests \|/)
})

ledger(
  'compares the methods on one’s own pictures: measured where charged, estimated where not',
  async () => {
    await using desk = await makeDesk()
    await placeSamples(desk)
    await desk.run(RUN)
    const { methods, pictures } = await desk.json(['cost', 'compare'])
    const { local } = await desk.json(['cost'])
    assert.is(pictures, 32)
    assert.equal(
      methods.map(({ method, basis }: { method: string; basis: string }) => [method, basis]),
      [
        ['original/individual', 'estimated'],
        ['compact/individual', 'measured_usage'],
        ['compact/batch', 'measured'],
      ],
    )
    assert.is(methods[2].cost_nano_usd, local.cost_nano_usd)
    // Each charge was rounded by itself.
    assert.ok(Math.abs(methods[1].cost_nano_usd - 2 * local.cost_nano_usd) <= 32)
    assert.is(methods[2].saved_nano_usd, methods[0].cost_nano_usd - methods[2].cost_nano_usd)
    const { stdout } = await desk.run(['cost', 'compare'])
    assert.match(stdout, /weekly for a year \(52 runs\) that is \$0\.\d/)
    assert.match(stdout, /a batch pays from 100 on/)
    const contract = { 'gpt-6-luna': { input: 1, output: 5, batch_factor: 1, as_of: '2026-11-25' } }
    await writeFile(desk.path('.hemline', 'models.json'), JSON.stringify(contract))
    await rm(desk.path('samples/images/post-009'), { recursive: true })
    await desk.run(['plan'])
    const dearer = await desk.json(['cost', 'compare'])
    assert.is(dearer.pictures, 29)
    const each = local.cost_nano_usd / 32
    const [, oneByOne, batch] = dearer.methods.map(
      (method: { per_image_nano_usd: number }) => method.per_image_nano_usd,
    )
    assert.ok(Math.abs(oneByOne / each - 20) < 0.01, 'tokens as charged, at the price of today')
    assert.ok(Math.abs(batch / each - 1) < 0.01, 'as charged')
    const table = (await desk.run(['cost', 'compare'])).stdout
    assert.match(table, /measured on 32 requests in another lane/)
    const published = await desk.run(['cost', 'compare', '--published'])
    assert.match(published.stdout, /\$0\.3655.*\n.*\$0\.2037.*44\.3 %.*\n.*\$0\.1018.*72\.1 %/)
  },
)

ledger.run()
