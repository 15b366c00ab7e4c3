import { readLines } from '../../data/jsonl.js'
import type { SentRequests } from '../../data/records/sent-requests.js'
import { parseCustomId } from './custom-id.js'

/**
 * The ids of requests that are in a tasks file and not on record as sent, or the reverse; ascending, empty when they are
 * the same.
 */
export async function findUnaccounted(tasksPath: string, sent: SentRequests): Promise<number[]> {
  const missing = new Set(sent.ids())
  const unknown: number[] = []
  for await (const { line } of readLines(tasksPath)) {
    const id = idOf(line)
    if (id !== undefined && !missing.delete(id)) unknown.push(id)
  }
  return [...missing, ...unknown].toSorted((a, b) => a - b)
}

function idOf(line: Buffer): number | undefined {
  if (line.length === 0) return undefined
  return parseCustomId((JSON.parse(line.toString()) as { custom_id?: unknown }).custom_id)?.id
}
