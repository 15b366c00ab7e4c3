import type { ActionRecord } from '../data/records/actions.js'
import type { Listing } from './listing.js'

export const actionListing: Listing<ActionRecord> = {
  columns: [
    { title: 'action', align: 'right' },
    { title: 'asked at' },
    { title: 'by' },
    { title: 'what' },
    { title: 'state' },
    { title: 'what it came to' },
  ],
  cells: (action) => [
    String(action.id),
    action.asked_at,
    action.asked_by,
    [action.kind, ...wordsOf(action.arguments)].join(' '),
    action.state,
    action.error ?? textOf(action.outcome),
  ],
  json: (action) => ({
    action: action.id,
    kind: action.kind,
    arguments: JSON.parse(action.arguments) as object,
    asked_by: action.asked_by,
    state: action.state,
    asked_at: action.asked_at,
    finished_at: action.finished_at,
    outcome: action.outcome === null ? null : (JSON.parse(action.outcome) as object),
    error: action.error,
    hint: action.hint,
  }),
  empty: 'Nobody asked for anything yet but runs: hemline runs',
}

/** What a person was told that it came to. */
function textOf(outcome: string | null): string {
  return outcome === null ? '' : (JSON.parse(outcome) as { text: string }).text
}

function wordsOf(json: string): string[] {
  return Object.values(JSON.parse(json) as Record<string, unknown>)
    .filter((value) => value !== null && value !== false)
    .map(String)
}
