import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { BatchError } from '../../../../pipeline/provider/local-server/batch-record.js'
import { type InputCheck, checkInput } from '../../../../pipeline/provider/local-server/check-input.js'
import { temporaryDirectory } from './temporary-directory.js'
import { batchWhen, makeWorld, submit, taskLine, tasks } from './world.js'

const checking = suite('checking an input file')
const endpoint = '/v1/chat/completions'
const unaborted = new AbortController().signal

async function check(content: string | Buffer) {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'input.jsonl')
  await writeFile(path, content)
  const result = await checkInput(path, endpoint, unaborted)
  if (!result) throw new Error('it was not checked')
  return result
}

function errorsOf(result: InputCheck): BatchError[] {
  return result.ok ? [] : result.errors
}

/** Codes and lines of what is wrong. */
async function findings(content: string | Buffer): Promise<[string, number | null][]> {
  const result = await check(content)
  return errorsOf(result).map(({ code, line }) => [code, line])
}

checking('passes a sound file, and says how many lines and which model', async () => {
  assert.equal(await check(tasks(3)), { ok: true, lines: 3, model: 'gpt-6-luna' })
  assert.equal(await check(tasks(3).trimEnd()), { ok: true, lines: 3, model: 'gpt-6-luna' })
})

checking('does not tear lines at characters that only some take for line ends', async () => {
  const line = taskLine('a', 'one\u2028two\u2029three\u0085four')
  assert.ok(line.includes('\u2028'))
  assert.equal(await check(`${line}\n`), { ok: true, lines: 1, model: 'gpt-6-luna' })
})

checking('takes a carriage return before the line feed, as JSON does', async () => {
  assert.equal(await check(`${taskLine('a', 'x')}\r\n${taskLine('b', 'y')}\r\n`), {
    ok: true,
    lines: 2,
    model: 'gpt-6-luna',
  })
})

checking('finds lines that are not JSON objects', async () => {
  const good = taskLine('a', 'x')
  assert.equal(await findings(`${good}\n{"custom_id":\n`), [['invalid_json_line', 2]])
  assert.equal(
    await findings(`[]\n"text"\nnull\n`),
    [1, 2, 3].map((line) => ['invalid_json_line', line]),
  )
  assert.equal(await findings(`${good}\n\n`), [['invalid_json_line', 2]])
  assert.equal(await findings(`\ufeff${good}\n`), [['invalid_json_line', 1]])
  const notUtf8 = Buffer.from(good.replace('x', '\xff'), 'latin1')
  assert.equal(await findings(notUtf8), [['invalid_json_line', 1]])
  assert.equal(await findings(Buffer.from(`${good}\n`, 'utf16le')), [
    ['invalid_json_line', 1],
    ['invalid_json_line', 2],
  ])
})

checking('finds lines that lack something, or have it in the wrong type', async () => {
  const line = (changes: Record<string, unknown>) =>
    `${JSON.stringify({ custom_id: 'a', method: 'POST', url: endpoint, body: {}, ...changes })}\n`
  for (const param of ['custom_id', 'method', 'url', 'body']) {
    const result = await check(line({ [param]: undefined }))
    assert.equal(errorsOf(result), [
      {
        code: 'missing_required_parameter',
        message: `Missing required parameter: '${param}'.`,
        param,
        line: 1,
      },
    ])
  }
  const wrong = [{ custom_id: 7 }, { custom_id: '' }, { method: 'GET' }, { url: null }, { body: [] }]
  for (const changes of wrong) assert.equal(await findings(line(changes)), [['invalid_value', 1]])
})

checking('finds repeated custom ids, other urls and other models, all of them at once', async () => {
  const other = taskLine('c', 'x', { model: 'gpt-4o' })
  const content = [
    taskLine('a', 'x'),
    taskLine('a', 'y'),
    other,
    taskLine('d', 'z').replace(endpoint, '/v1/embeddings'),
  ]
  assert.equal(await findings(content.join('\n')), [
    ['duplicate_custom_id', 2],
    ['model_mismatch', 3],
    ['url_mismatch', 4],
  ])
})

checking('leaves what a body gets wrong to its own line, later', async () => {
  assert.equal(await findings(taskLine('a', 'x', { model: undefined, messages: 'none' })), [])
})

checking('finds an empty file, and one that is not there', async () => {
  assert.equal(await findings(''), [['empty_file', null]])
  const missing = await checkInput('/nowhere/input.jsonl', endpoint, unaborted)
  assert.is(missing?.ok === false && missing.errors[0]?.code, 'invalid_request')
})

checking('finds more than 50,000 lines, and takes exactly so many', async () => {
  const line = (at: number) => `{"custom_id":"${at}","method":"POST","url":"${endpoint}","body":{}}\n`
  const most = Array.from({ length: 50_000 }, (_, at) => line(at)).join('')
  assert.equal(await check(most), { ok: true, lines: 50_000, model: null })
  assert.equal(await findings(most + line(50_000)), [['too_many_tasks', null]])
})

checking('finds more than 200,000,000 bytes without reading them', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'input.jsonl')
  await writeFile(path, '')
  await truncate(path, 200_000_001)
  const large = await checkInput(path, endpoint, unaborted)
  assert.is(large?.ok === false && large.errors[0]?.code, 'file_too_large')
  await truncate(path, 200_000_000)
  const lineless = await checkInput(path, endpoint, unaborted)
  assert.is(lineless?.ok === false && lineless.errors[0]?.code, 'invalid_json_line')
})

checking('reads no further after a hundred errors', async () => {
  assert.is((await findings('x\n'.repeat(5000))).length, 100)
})

checking('stops when it is told to', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'input.jsonl')
  await writeFile(path, tasks(2))
  assert.is(await checkInput(path, endpoint, AbortSignal.abort()), undefined)
})

checking('makes the batch fail with the errors, without files and without answering a line', async () => {
  let answers = 0
  await using world = await makeWorld({
    respond: async () => {
      answers++
      throw new Error('never asked')
    },
  })
  const { id } = await submit(world.client, `${tasks(2)}${taskLine('line-0', 'again')}\n`)
  const failed = await batchWhen(world.client, id, 'failed')
  assert.equal(failed.errors?.data, [
    {
      code: 'duplicate_custom_id',
      message: "The custom_id 'line-0' is already used by another line.",
      param: 'custom_id',
      line: 3,
    },
  ])
  assert.type(failed.failed_at, 'number')
  assert.equal([failed.output_file_id, failed.error_file_id, failed.in_progress_at], [null, null, null])
  assert.is(answers, 0)
})

checking.run()
