import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeDesk, placeSamples } from './cli.js'

const stopping = suite('stopping a run')

const RUN = ['materialize', '--images', 'samples/images', '--provider', 'local', '--poll-interval', '0.05']

stopping(
  'by Ctrl-C while it waits leaves within two seconds, and the same command goes on with the same batch',
  async () => {
    await using desk = await makeDesk()
    await placeSamples(desk)
    const running = desk.start([...RUN, '--wait', '--poll-interval', '600'])
    await running.says('step.waiting')
    const asked = performance.now()
    running.child.kill('SIGINT')
    const { code, stdout } = await running.ended
    assert.ok(performance.now() - asked < 2_000)
    assert.is(code, 3)
    assert.match(stdout, 'Go on with: hemline materialize --wait')
    // The poll of ten minutes is due only then: a new command does not have to wait for it.
    const again = await desk.json([...RUN, '--wait'])
    assert.equal([again.state, again.submitted_batches], ['done', 0])
    assert.is((await desk.lines(['batches'])).length, 1)
    const states = (await desk.lines(['runs'])).map(({ state }) => state)
    assert.equal(states, ['done'])
  },
)

stopping('is not needed to come back later: --no-wait exits with 3 and says how to go on', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const first = await desk.run([...RUN, '--no-wait'])
  assert.is(first.code, 3)
  assert.match(first.stdout, 'hemline materialize --wait')
  assert.is((await desk.run([...RUN, '--no-wait'])).code, 3)
  assert.is((await desk.run([...RUN, '--wait'])).code, 0)
  assert.is((await desk.lines(['batches'])).length, 1)
})

stopping(
  'by Ctrl-C in the middle of its work keeps what was done, and the next run goes on from there',
  async () => {
    await using desk = await makeDesk()
    await placeSamples(desk)
    for (const [moment, submitted] of [
      ['source.observed', 0],
      ['batch.uploading', 0],
      ['batch.submitted', 1],
    ] as const) {
      const running = desk.start([...RUN, '--wait'])
      await running.says(moment)
      const asked = performance.now()
      running.child.kill('SIGINT')
      const { code, stdout, stderr } = await running.ended
      assert.ok(performance.now() - asked < 2_000, moment)
      // Told in time, it is interrupted; had it come to wait already, it is left waiting.
      assert.ok([1, 3].includes(code!), moment)
      assert.match(stdout, /Nothing is lost\. Go on with|Go on with: hemline materialize --wait/)
      assert.not.match(stderr, /unexpected|\bat .*\.js:/)
      const sent = (await desk.lines(['batches'])).filter(({ batch }) => batch !== null)
      assert.ok(sent.length >= submitted && sent.length <= 1, moment)
    }
    assert.is((await desk.run([...RUN, '--wait'])).code, 0)
    const [batch, ...others] = await desk.lines(['batches'])
    assert.equal([batch!['tally']['sent'], batch!['tally']['answered'], others.length], [32, 32, 0])
  },
)

stopping('by Ctrl-C one by one lets the calls in the air come back, and loses none', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const running = desk.start([...RUN, '--method', 'individual'])
  await running.says('calls.opened')
  const asked = performance.now()
  running.child.kill('SIGINT')
  const { code, stdout } = await running.ended
  assert.ok(performance.now() - asked < 4_000)
  assert.is(code, 1)
  assert.match(stdout, /Nothing is lost\. Go on with/)
  const booked = (await desk.json(['cost'])).local.requests
  assert.ok(booked < 32, `${booked} were answered before it stopped`)

  assert.is((await desk.run([...RUN, '--method', 'individual'])).code, 0)
  const { local, lost_calls: lost } = await desk.json(['cost'])
  assert.equal([local.requests, lost], [32, 0])
  assert.is((await desk.lines(['batches'])).length, 1)
})

stopping.run()
