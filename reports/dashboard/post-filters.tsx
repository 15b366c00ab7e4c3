import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { FacetCounts } from '../gallery-wire.js'
import { formatCount, formatCountOf } from '../numbers.js'
import type { PostQuery } from './post.js'
import { go, hrefOf } from './route.js'
import { useData, useLive } from './server.js'
import { Swatch } from './swatches.js'
import { inWords, sentenceCase } from './words.js'

const TYPING_MS = 160
const facets = ['category', 'season', 'style', 'state'] as const
const words = { category: 'category', season: 'season', style: 'style', state: 'state' }

/** What is looked for; it stands in the address, so that it can be kept and sent. */
export function PostFilters({ query }: { query: PostQuery }): JSX.Element {
  const { search, run } = useLive().overview!
  const { data: counts } = useData<FacetCounts>(
    '/api/facets',
    `${search.grouped} ${search.unsearchable} ${run?.run}`,
  )
  const set = (name: string, value: string): void =>
    go(hrefOf('posts', undefined, { ...query, [name]: value }), false)
  const hasAny = Object.keys(query).length > 0
  return (
    <search class="filters">
      <SearchBox text={query['text'] ?? ''} set={(text) => set('text', text)} />
      {facets.map((name) => (
        <label key={name} class={query[name] ? 'chosen' : ''}>
          <span class="hidden">{sentenceCase(words[name])}</span>
          <select value={query[name] ?? ''} onChange={(event) => set(name, event.currentTarget.value)}>
            <option value="">Any {words[name]}</option>
            {counts?.[name]?.map(({ value, posts }) => (
              <option key={value} value={value}>
                {inWords(value)} ({formatCount(posts)})
              </option>
            ))}
          </select>
        </label>
      ))}
      {hasAny && (
        <a class="button quiet" href={hrefOf('posts')}>
          Clear
        </a>
      )}
      <Colors chosen={query['color']} counts={counts} set={(color) => set('color', color)} />
    </search>
  )
}

function SearchBox({ text, set }: { text: string; set: (text: string) => void }): JSX.Element {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // What somebody types is theirs; what the address says comes in when they are elsewhere.
    if (document.activeElement !== box.current) box.current!.value = text
  }, [text])
  return (
    <input
      ref={box}
      id="search"
      type="search"
      aria-label="Search the posts"
      placeholder="Search"
      title="Words of captions, descriptions and garments (press /)"
      defaultValue={text}
      autocomplete="off"
      spellcheck={false}
      onInput={(event) => {
        const { value } = event.currentTarget
        clearTimeout(timer.current)
        timer.current = setTimeout(() => set(value.trim()), TYPING_MS)
      }}
    />
  )
}

type ColorsProps = {
  chosen: string | undefined
  counts: FacetCounts | undefined
  set: (color: string) => void
}

function Colors({ chosen, counts, set }: ColorsProps): JSX.Element | null {
  const shown = counts?.['color'] ?? []
  if (shown.length === 0) return null
  return (
    <div class="colors" role="group" aria-label="Colour">
      {shown.map(({ value, posts }) => (
        <button
          key={value}
          aria-pressed={value === chosen}
          aria-label={`${inWords(value)}, ${formatCountOf(posts, 'post')}`}
          title={`${inWords(value)} (${formatCount(posts)})`}
          onClick={() => set(value === chosen ? '' : value)}
        >
          <Swatch color={value} />
        </button>
      ))}
    </div>
  )
}
