const PAGE_ROWS = 1_000

/**
 * Reads a listing page by page, so that it is never held whole, and gives its rows one by one.
 *
 * @param read  the next rows after the one with this key; undefined at the start. Empty after the last page.
 * @param limit  the most rows to give.
 */
export async function* pages<Row, Key>(
  read: (after: Key | undefined, count: number) => Promise<Row[]>,
  keyOf: (row: Row) => Key,
  limit: number,
): AsyncGenerator<Row> {
  let left = limit
  let after: Key | undefined
  while (left > 0) {
    const rows = await read(after, Math.min(left, PAGE_ROWS))
    yield* rows
    const last = rows.at(-1)
    if (last === undefined) return
    after = keyOf(last)
    left -= rows.length
  }
}

/** Rows that are all at hand, as a listing takes them. */
export async function* eachOf<Row>(rows: Iterable<Row>): AsyncGenerator<Row> {
  yield* rows
}
