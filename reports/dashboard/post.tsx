import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { PostImageRow, PostRow } from '../gallery-wire.js'
import { formatCount, formatCountOf } from '../numbers.js'
import { hrefOf } from './route.js'
import { getJson } from './server.js'
import { Palette } from './swatches.js'
import { inWords } from './words.js'

const SQUARE = 1
const TALLEST = 0.55
const WIDEST = 1.9

export type PostQuery = Record<string, string>

/** A post: its pictures side by side, and what they show together. */
export function Post(props: { post: PostRow; query: PostQuery; isFiltered: boolean }): JSX.Element {
  const { post, query, isFiltered } = props
  const [whole, setWhole] = useState<PostRow>()
  const { post_id, summary, images, image_count, columns } = whole ?? post
  const showAll = (): void =>
    void getJson<PostRow>(`/api/posts/${post.id}?${new URLSearchParams(query)}`).then(setWhole)
  const caption = columns['caption'] ?? columns['text'] ?? ''
  return (
    <article class="post" aria-label={`Post ${post_id}`}>
      <div class="post-head">
        <h2>{post_id}</h2>
        <Palette colors={summary.palette.slice(0, 6)} />
        <small>{formatCountOf(image_count, 'picture')}</small>
      </div>
      <p class="post-text">{caption || summary.description}</p>
      <ul class="pictures">
        {images.map((image) => (
          <li
            key={image.id}
            style={{ '--ratio': String(ratioOf(image)) }}
            class={isFiltered && !image.is_match ? 'aside' : ''}
          >
            <Picture image={image} query={query} />
          </li>
        ))}
        {image_count > images.length && (
          <li class="rest">
            <button class="quiet" onClick={showAll} disabled={whole !== undefined}>
              and {formatCount(image_count - images.length)} more pictures
            </button>
          </li>
        )}
      </ul>
    </article>
  )
}

function Picture({ image, query }: { image: PostImageRow; query: PostQuery }): JSX.Element {
  const [isBroken, setBroken] = useState(false)
  const { id, analysis, state, reason, version } = image
  const text =
    analysis?.description ?? `${inWords(state)}: ${reason === null ? image.image : inWords(reason)}`
  return (
    <a class="picture" href={hrefOf('posts', String(id), query)} title={text}>
      {version === null || isBroken ? (
        <span class="missing">{image.image.split('/').at(-1)}</span>
      ) : (
        <img
          src={`/api/images/${id}/thumb?v=${version}`}
          alt={text}
          loading="lazy"
          decoding="async"
          onError={() => setBroken(true)}
        />
      )}
      {state !== 'described' && (
        <span class={`flag ${state}`}>
          {inWords(state)}
          {reason !== null && `: ${inWords(reason)}`}
        </span>
      )}
    </a>
  )
}

function ratioOf({ width, height }: PostImageRow): number {
  if (!width || !height) return SQUARE
  return Math.min(WIDEST, Math.max(TALLEST, width / height))
}
