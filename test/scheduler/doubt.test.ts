import { readFile, writeFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pixelAnalyst } from '../../assets/pixel-analyst/pixel-analyst.js'
import { localResponder } from '../../pipeline/provider/local-server/local-responder.js'
import { startLossyProxy } from '../pipeline/batch/lossy-proxy.js'
import { makeWorld } from '../pipeline/provider/local-server/world.js'
import { makeDesk, placeSamples } from './cli.js'

const doubting = suite('a part in doubt')

const CREATE = 'POST /v1/batches'
const RUN = ['materialize', '--wait', '--poll-interval', '0.1']

doubting(
  'holds the run with exit code 4 after the others are collected, and is adopted once it can be',
  async () => {
    await using server = await makeWorld({ respond: localResponder(pixelAnalyst()) })
    await using proxy = await startLossyProxy(server.url)
    await using desk = await makeDesk()
    await placeSamples(desk)
    const env = { OPENAI_API_KEY: 'test', OPENAI_BASE_URL: proxy.url }
    await desk.run(['init', '--images', 'samples/images'], env)
    const config = JSON.parse(await readFile(desk.path('.hemline', 'config.json'), 'utf8'))
    await writeFile(desk.path('.hemline', 'config.json'), JSON.stringify({ ...config, part_requests: 12 }))

    const creates = (): number => proxy.calls.filter((call) => call === CREATE).length
    proxy.decide = (call) => {
      if (call === CREATE && creates() === 2) return 'lose_answer'
      return call === 'GET /v1/batches' ? 'refuse' : 'pass'
    }
    const first = await desk.run(RUN, env)
    assert.is(first.code, 4, first.stderr)
    assert.match(first.stdout, /Held: whether the batch was created cannot be found out/)
    const states = (await desk.lines(['batches'])).map(({ state }) => state)
    assert.equal(states.toSorted(), ['collected', 'collected', 'held'])
    const described = (await desk.lines(['posts'])).flatMap(({ images }) => images)
    assert.is(described.filter(({ state }) => state === 'described').length, 20)

    proxy.decide = () => 'pass'
    const second = await desk.run(RUN, env)
    assert.is(second.code, 0, second.stderr)
    assert.match(second.stderr, 'batch.adopted')
    assert.is(creates(), 3)
    const { billed } = await desk.json(['cost'])
    assert.is(billed.requests, 32)
  },
)

doubting.run()
