import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OutputLine } from '../answer-line.js'
import { type ResultKind, resultFileName } from '../answer-log.js'
import { newId } from '../new-id.js'
import { RespondError, errorBody } from '../respond.js'
import type { FaultPlan } from './fault-plan.js'
import type { FaultRule } from './fault-script.js'

/**
 * Does to the results of a batch what the plan says, in the batch's folder, before they are published.
 *
 * @returns  the bytes that the files have by then.
 */
export async function spoilResults(
  plan: FaultPlan,
  batchId: string,
  folder: string,
): Promise<Record<ResultKind, number>> {
  const files: Record<ResultKind, Buffer[]> = { output: [], errors: [] }
  for (const kind of ['output', 'errors'] as const) {
    const text = await readFile(join(folder, resultFileName(kind)), 'utf8')
    for (const whole of text.split('\n').filter((line) => line !== '')) {
      const line = JSON.parse(whole) as OutputLine
      const rule = plan.ofLine(batchId, line.custom_id)
      const spoiled: Spoiled = rule ? spoil(line, rule) : { [kind]: [json(line)] }
      for (const to of ['output', 'errors'] as const) files[to].push(...(spoiled[to] ?? []))
    }
  }
  for (const kind of ['output', 'errors'] as const) {
    await writeFile(join(folder, resultFileName(kind)), Buffer.concat(files[kind]))
  }
  return { output: sizeOf(files.output), errors: sizeOf(files.errors) }
}

type Spoiled = { output?: Buffer[]; errors?: Buffer[] }

function spoil(line: OutputLine, { fault, status }: FaultRule): Spoiled {
  switch (fault) {
    case 'line_error':
      return { errors: [json({ ...line, response: failedResponse(Number(status ?? 500)), error: null })] }
    case 'line_expired':
      return {
        errors: [json({ ...line, response: null, error: { code: 'batch_expired', message: 'Expired.' } })],
      }
    case 'line_cancelled':
      return {
        errors: [
          json({ ...line, response: null, error: { code: 'batch_cancelled', message: 'Cancelled.' } }),
        ],
      }
    case 'line_status_0':
      return {
        errors: [json({ ...line, response: { status_code: 0, request_id: '', body: {} }, error: null })],
      }
    case 'line_not_json':
      return { output: [Buffer.from('{"id": "batch_req_1", "custom_id": \n')] }
    case 'line_empty':
      return { output: [json({ ...line, response: { ...line.response, body: {} } })] }
    case 'line_bad_utf8':
      return { output: [Buffer.concat([Buffer.from([0xc3, 0x28, 0xff]), json(line)])] }
    case 'line_repeated':
      return { output: [json(line), json(line)] }
    case 'line_missing':
      return {}
    case 'line_foreign':
      return { output: [json(line), json({ ...line, custom_id: 'of-somebody-else' })] }
    case 'line_refused':
      return { output: [json(withMessage(line, { content: null, refusal: 'I cannot help with that.' }))] }
    case 'line_cut':
      return { output: [json(withMessage(line, (content) => ({ content: content.slice(0, 12) }), 'length'))] }
    default:
      return { output: [json(withMessage(line, { content: '{"not":"asked for"}' }))] }
  }
}

function failedResponse(status: number): object {
  const error = new RespondError({ status, code: null, message: `A fault script answers ${status}.` })
  return { status_code: status, request_id: newId('req_'), body: errorBody(error) }
}

type Change = object | ((content: string) => object)

function withMessage(line: OutputLine, change: Change, finish = 'stop'): object {
  const body = line.response?.body
  if (!body || !('choices' in body)) return line
  const [choice] = body.choices
  const content = choice!.message.content ?? ''
  const changed: object =
    typeof change === 'function' ? (change as (content: string) => object)(content) : change
  const message = { ...choice!.message, ...changed }
  const choices = [{ ...choice!, finish_reason: finish, message }]
  return { ...line, response: { ...line.response, body: { ...body, choices } } }
}

function json(line: object): Buffer {
  return Buffer.from(`${JSON.stringify(line)}\n`)
}

function sizeOf(lines: readonly Buffer[]): number {
  return lines.reduce((sum, { length }) => sum + length, 0)
}
