import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

const document = JSON.parse(
  readFileSync(new URL('../../../openai-spec/openai-batch.json', import.meta.url), 'utf8'),
)

const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false })
addFormats.default(ajv)
ajv.addFormat('unixtime', {
  type: 'number',
  validate: (value: number) => Number.isInteger(value) && value > 1e9,
})
ajv.addFormat('binary', true)
ajv.addSchema(document, 'openai')

/** Checks a value against a schema of the published OpenAPI document. Throws with everything that is wrong. */
export function assertSchema(name: string, value: unknown): void {
  assertPointer(`/components/schemas/${name}`, value)
}

/** The lines of an output or error file: each one by its schema, and the body inside by that of its status. */
export function assertResultLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const parsed = JSON.parse(line)
      assertSchema('BatchRequestOutput', parsed)
      const { response } = parsed
      if (response?.status_code === 200) assertSchema('CreateChatCompletionResponse', response.body)
      else if (response) assertSchema('ErrorResponse', response.body)
      return parsed
    })
}

/** Every answer that was held against the document: `GET /batches/{batch_id} 200`. */
export const seenAnswers = new Set<string>()

/** A `fetch` for the SDK that holds every answer against the published document. */
export const checkedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  const url = new URL(input instanceof Request ? input.url : input)
  const method = (init?.method ?? 'GET').toUpperCase()
  await assertAnswer(method, url.pathname.replace(/^\/v1/, ''), response.clone())
  return response
}

async function assertAnswer(method: string, path: string, response: Response): Promise<void> {
  if (!response.headers.get('x-request-id')?.startsWith('req_')) throw new Error('no x-request-id')
  const template = Object.keys(document.paths).find((known) =>
    new RegExp(`^${known.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path),
  )
  const answers = document.paths[template ?? '']?.[method.toLowerCase()]?.responses
  const status = answers?.[response.status] ? String(response.status) : 'default'
  if (!answers) return assertSchema('ErrorResponse', await response.json())
  seenAnswers.add(`${method} ${template} ${response.status}`)
  const type = response.headers.get('content-type')?.split(';')[0] ?? ''
  if (!answers[status].content[type]) throw new Error(`${method} ${path} answers ${status} as ${type}`)
  if (type !== 'application/json') return void (await response.arrayBuffer())
  const at = `/paths/${escape(template!)}/${method.toLowerCase()}/responses/${status}/content/${escape(type)}/schema`
  assertPointer(at, await response.json())
}

function assertPointer(pointer: string, value: unknown): void {
  const ref = `openai#${encodeURI(pointer)}`
  const validate = ajv.getSchema(ref)
  if (!validate) throw new Error(`the document has no ${pointer}`)
  if (!validate(value))
    throw new Error(`against ${pointer}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(value)}`)
}

function escape(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1')
}
