import { createHash } from 'node:crypto'

/** One line of an input file that a batch can work with. */
export type InputLine = { custom_id: string; url: string; body: Record<string, unknown> }

/** What keeps a line from being one, in the API's words. */
export type InputLineProblem = { code: string; message: string; param: string | null }

/** Reads one line of an input file, without its line feed. Bytes that are not UTF-8 are not JSON. */
export function readInputLine(bytes: Buffer): InputLine | InputLineProblem {
  const line = parseObject(bytes)
  if (!line) return problem('invalid_json_line', 'This line is not parseable as a JSON object.', null)
  const { custom_id, method, url, body } = line
  for (const param of ['custom_id', 'method', 'url', 'body']) {
    if (line[param] === undefined) {
      return problem('missing_required_parameter', `Missing required parameter: '${param}'.`, param)
    }
  }
  if (typeof custom_id !== 'string' || custom_id === '') {
    return problem('invalid_value', "'custom_id' must be a string that is not empty.", 'custom_id')
  }
  if (method !== 'POST') return problem('invalid_value', '\'method\' must be "POST".', 'method')
  if (typeof url !== 'string') return problem('invalid_value', "'url' must be a string.", 'url')
  if (!isObject(body)) return problem('invalid_value', "'body' must be a JSON object.", 'body')
  return { custom_id, url, body }
}

/** Stands for a custom id in memory: 50,000 of them stay small, however long the ids are. */
export function digestCustomId(customId: string): string {
  return createHash('sha256').update(customId).digest('base64').slice(0, 22)
}

function problem(code: string, message: string, param: string | null): InputLineProblem {
  return { code, message, param }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parseObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(strictUtf8.decode(bytes))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
