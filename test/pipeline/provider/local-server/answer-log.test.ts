import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type OutputLine, unansweredLine } from '../../../../pipeline/provider/local-server/answer-line.js'
import { AnswerLog } from '../../../../pipeline/provider/local-server/answer-log.js'
import { temporaryDirectory } from './temporary-directory.js'
import { answerTo } from './world.js'

const log = suite('the log of answers')

function success(customId: string): OutputLine {
  const body = answerTo({ model: 'm', messages: [{ content: 'é\u2028' }] })
  return { id: 'r', custom_id: customId, response: { status_code: 200, request_id: 'q', body }, error: null }
}

function failure(customId: string): OutputLine {
  const body = { error: { message: 'No.', type: 'invalid_request_error', param: null, code: null } }
  return { id: 'r', custom_id: customId, response: { status_code: 400, request_id: 'q', body }, error: null }
}

log('knows after a restart what it knew before', async () => {
  await using folder = await temporaryDirectory()
  const first = await AnswerLog.open(folder.path)
  for (const line of [success('a'), failure('b'), success('c'), unansweredLine('d', 'expired')])
    first.append(line)
  first.close()
  const second = await AnswerLog.open(folder.path)
  assert.equal(second.counts, { completed: 2, failed: 1 })
  assert.equal([second.counts, second.usage, second.bytes], [first.counts, first.usage, first.bytes])
  assert.equal(
    ['a', 'b', 'c', 'd', 'e'].map((id) => second.has(id)),
    [true, true, true, true, false],
  )
  second.close()
})

log('cuts off a last line that was torn at any byte, and goes on behind the whole ones', async () => {
  await using folder = await temporaryDirectory()
  const path = join(folder.path, 'output.jsonl')
  const line = `${JSON.stringify(success('b'))}\n`
  const whole = `${JSON.stringify(success('a'))}\n`
  const bytes = Buffer.from(line)
  for (let cut = 0; cut < bytes.length; cut += 7) {
    await writeFile(path, Buffer.concat([Buffer.from(whole), bytes.subarray(0, cut)]))
    const log = await AnswerLog.open(folder.path)
    assert.equal([log.has('a'), log.has('b')], [true, false])
    log.append(success('c'))
    log.close()
    const ids = (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text).custom_id)
    assert.equal(ids, ['a', 'c'])
  }
})

log('does not count a last line without its line feed', async () => {
  await using folder = await temporaryDirectory()
  await writeFile(join(folder.path, 'errors.jsonl'), JSON.stringify(failure('a')))
  const reopened = await AnswerLog.open(folder.path)
  assert.is(reopened.has('a'), false)
  assert.equal(reopened.counts, { completed: 0, failed: 0 })
  reopened.close()
})

log('cuts off everything from the first byte that a crash of the machine has left blank', async () => {
  await using folder = await temporaryDirectory()
  const path = join(folder.path, 'output.jsonl')
  const first = await AnswerLog.open(folder.path)
  first.append(success('a'))
  first.close()
  await appendFile(
    path,
    Buffer.concat([Buffer.alloc(5000), Buffer.from(`\n${JSON.stringify(success('b'))}\n`)]),
  )
  const second = await AnswerLog.open(folder.path)
  assert.equal([second.has('a'), second.has('b')], [true, false])
  second.close()
  assert.is((await readFile(path)).length, second.bytes.output)
})

log.run()
