import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useData } from './server.js'

/** As many rows as a page of a listing has. */
const PAGE = 50

/**
 * A listing page by page, newest first. The first page follows what happens; older ones stay where they are.
 *
 * @param idOf  what the next page goes on before.
 */
export function usePages<Row>(
  path: string,
  idOf: (row: Row) => number,
): { rows: Row[] | undefined; pager: JSX.Element | null } {
  const [before, setBefore] = useState<number[]>([])
  const { data } = useData<Row[]>(before.length > 0 ? `${path}?before=${before.at(-1)}` : path)
  const hasOlder = data?.length === PAGE
  const pager =
    before.length === 0 && !hasOlder ? null : (
      <div class="pager">
        {before.length > 0 && <button onClick={() => setBefore(before.slice(0, -1))}>Newer</button>}
        {hasOlder && <button onClick={() => setBefore([...before, idOf(data.at(-1)!)])}>Older</button>}
      </div>
    )
  return { rows: data, pager }
}
