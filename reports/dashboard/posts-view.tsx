import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { PostsPage } from '../gallery-wire.js'
import { formatCount, formatCountOf } from '../numbers.js'
import { PictureViewer } from './picture-viewer.js'
import { Post } from './post.js'
import { PostFilters } from './post-filters.js'
import { type Route, hrefOf } from './route.js'
import { getJson, useLive } from './server.js'
import { Empty } from './words.js'

const FAR_AHEAD = '1200px'

/** The gallery: the reader's own pictures, post by post. */
export function PostsView({ route }: { route: Route }): JSX.Element {
  const { overview } = useLive()
  const query = Object.fromEntries(route.query)
  const search = new URLSearchParams(query).toString()
  const { pages, isWaiting, more } = usePosts(search)
  const posts = pages.flatMap((page) => page.posts)
  const pictures = posts.flatMap(({ images }) => images.map(({ id }) => id))
  const first = pages[0]
  const { grouped, unsearchable } = overview!.search
  return (
    <>
      <div class="head">
        <div>
          <h1>Posts</h1>
          <p class="lead" aria-live="polite">
            {first &&
              `${formatCount(first.total)}${first.is_total_cut ? '+' : ''} ${first.total === 1 ? 'post' : 'posts'}`}
            {first && search !== '' && ` of ${formatCount(grouped)}`}
            {unsearchable > 0 && ` · ${formatCountOf(unsearchable, 'post')} not searchable yet, being read`}
          </p>
        </div>
      </div>
      {(grouped > 0 || search !== '') && <PostFilters query={query} />}
      <div class="gallery">
        {posts.map((post) => (
          <Post key={post.id} post={post} query={query} isFiltered={search !== ''} />
        ))}
      </div>
      {first?.posts.length === 0 && grouped === 0 && (
        <Empty title="No posts yet" command="hemline materialize --images ~/photos --provider local --wait">
          A folder is a post; once its pictures are described, they hang here.
        </Empty>
      )}
      {first?.posts.length === 0 && grouped > 0 && (
        <Empty title="Nothing fits">
          No post has all of it. <a href={hrefOf('posts')}>Show everything</a>
        </Empty>
      )}
      <More isThere={typeof pages.at(-1)?.next === 'number'} isWaiting={isWaiting} more={more} />
      {route.chosen !== undefined && (
        <PictureViewer id={Number(route.chosen)} pictures={pictures} query={query} />
      )}
    </>
  )
}

/** The pages that were loaded of what is looked for; the first is loaded anew when something changed. */
function usePosts(search: string): { pages: PostsPage[]; isWaiting: boolean; more: () => void } {
  const { turn } = useLive()
  const [state, setState] = useState<{ search: string; pages: PostsPage[] }>({ search, pages: [] })
  const [isWaiting, setWaiting] = useState(false)
  const latest = useRef(0)
  useEffect(() => {
    const mine = ++latest.current
    void getJson<PostsPage>(`/api/posts?${search}`)
      .then((page) => {
        if (mine !== latest.current) return
        // Who has read on keeps the place; new posts come with the next look from the top.
        setState((was) => (was.search === search && was.pages.length > 1 ? was : { search, pages: [page] }))
      })
      .catch(() => {})
  }, [search, turn])
  const more = (): void => {
    const next = state.pages.at(-1)?.next ?? null
    if (isWaiting || next === null) return
    setWaiting(true)
    getJson<PostsPage>(`/api/posts?${search}&after=${next}`)
      .then((page) =>
        setState((was) => (was.search === search ? { search, pages: [...was.pages, page] } : was)),
      )
      .catch(() => {})
      .finally(() => setWaiting(false))
  }
  return { pages: state.pages, isWaiting, more }
}

/** Loads more when it comes near; a button for who does not scroll. */
function More(props: { isThere: boolean; isWaiting: boolean; more: () => void }): JSX.Element | null {
  const { isThere, isWaiting, more } = props
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!isThere) return
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && more(),
      {
        rootMargin: FAR_AHEAD,
      },
    )
    observer.observe(button.current!)
    return () => observer.disconnect()
  })
  if (!isThere) return null
  return (
    <div class="pager">
      <button ref={button} onClick={more} disabled={isWaiting}>
        More posts
      </button>
    </div>
  )
}
