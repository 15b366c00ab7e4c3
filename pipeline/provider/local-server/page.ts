import { RespondError } from './respond.js'

/** One page of a list, in the shape of the API. */
export type Page<Item> = {
  object: 'list'
  data: Item[]
  first_id: string | null
  last_id: string | null
  has_more: boolean
}

/**
 * The page of at most `limit` items that follows the item with the id `after`; the first page when `after` is undefined.
 *
 * @throws RespondError 400 when no item has that id.
 */
export function pageOf<Item extends { id: string }>(
  items: readonly Item[],
  { after, limit }: { after: string | undefined; limit: number },
): Page<Item> {
  const start = after === undefined ? 0 : items.findIndex(({ id }) => id === after) + 1
  if (after !== undefined && start === 0) throw invalid('after', `No item has the id '${after}'.`)
  const data = items.slice(start, start + limit)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: start + data.length < items.length,
  }
}

/**
 * Reads the `limit` of a list.
 *
 * @throws RespondError 400 when it is not a whole number from 1 to `most`.
 */
export function readLimit(
  text: string | undefined,
  { usual, most }: { usual: number; most: number },
): number {
  if (text === undefined) return usual
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit >= 1 && limit <= most) return limit
  throw invalid('limit', `Expected 'limit' to be a whole number from 1 to ${most}, got '${text}'.`)
}

function invalid(param: string, message: string): RespondError {
  return new RespondError({ status: 400, code: 'invalid_value', message, param })
}
