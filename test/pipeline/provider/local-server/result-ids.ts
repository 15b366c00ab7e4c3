import { assertResultLines } from './contract.js'

/** The custom ids of a result file, sorted. */
export function idsIn(text: string): string[] {
  const ids = assertResultLines(text).map(({ custom_id }) => String(custom_id))
  return ids.sort((a, b) => a.localeCompare(b))
}

export function textIn(request: { messages: unknown[] }): string {
  return (request.messages[0] as { content: string }).content
}
