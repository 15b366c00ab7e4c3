import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { AnalysisRow, ImageDetail } from '../gallery-wire.js'
import { formatCount } from '../numbers.js'
import { formatNano } from './money-words.js'
import type { PostQuery } from './post.js'
import { go, hrefOf } from './route.js'
import { useData } from './server.js'
import { Status } from './status.js'
import { Palette, Swatch } from './swatches.js'
import { At, inWords, sentenceCase } from './words.js'

type Props = { id: number; pictures: readonly number[]; query: PostQuery }

/** One picture, large, with everything that is known of it. Arrow keys go to the next, Escape goes back. */
export function PictureViewer({ id, pictures, query }: Props): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  const { data, error } = useData<ImageDetail>(`/api/images/${id}`)
  const close = (): void => go(hrefOf('posts', undefined, query), false)
  const show = (step: number): void => {
    const next = pictures[pictures.indexOf(id) + step]
    if (pictures.includes(id) && next !== undefined) go(hrefOf('posts', String(next), query), false)
  }
  useEffect(() => dialog.current!.showModal(), [])
  return (
    <dialog
      ref={dialog}
      class="viewer"
      aria-label={data ? `Picture ${data.image}` : 'Picture'}
      onClose={close}
      onClick={(event) => event.target === dialog.current && dialog.current!.close()}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight') show(1)
        if (event.key === 'ArrowLeft') show(-1)
      }}
    >
      <div class="stage">
        {data && data.version !== null && <Large key={data.id} image={data} />}
        {data && data.version === null && <span class="missing">{data.image}</span>}
      </div>
      <div class="story">
        <div class="viewer-bar">
          <button class="quiet" onClick={() => show(-1)} aria-label="Previous picture">
            ←
          </button>
          <button class="quiet" onClick={() => show(1)} aria-label="Next picture">
            →
          </button>
          <span class="grow" />
          <button class="quiet" onClick={() => dialog.current!.close()}>
            Close
          </button>
        </div>
        {error && !data && <p class="notice bad">{error}</p>}
        {data && <Story image={data} />}
      </div>
    </dialog>
  )
}

function Large({ image }: { image: ImageDetail }): JSX.Element {
  const [because, setBecause] = useState(false)
  if (because) return <span class="missing">The file is gone, or holds another picture by now.</span>
  const text = (image.answer as AnalysisRow | null)?.description ?? image.image
  return (
    <img
      src={`/api/images/${image.id}/view?v=${image.version}`}
      alt={text}
      onError={() => setBecause(true)}
    />
  )
}

function Story({ image }: { image: ImageDetail }): JSX.Element {
  const analysis = image.answer as AnalysisRow | null
  const reason = image.reason ?? image.request?.reason
  const detail = image.detail ?? image.request?.detail
  const state =
    image.state === 'skipped' ? 'skipped' : analysis ? 'described' : (image.request?.state ?? 'pending')
  return (
    <>
      <p class="where">
        <b>{image.post_id}</b> {image.image} <Status state={state} />
      </p>
      {analysis ? <h2 class="description">{analysis.description}</h2> : null}
      {reason && (
        <p class="notice">
          {sentenceCase(inWords(reason))}
          {detail ? `: ${detail}` : ''}
        </p>
      )}
      {analysis && <Garments analysis={analysis} />}
      <Facts image={image} />
      <Raw image={image} />
    </>
  )
}

function Garments({ analysis }: { analysis: AnalysisRow }): JSX.Element {
  return (
    <>
      <ul class="garments">
        {analysis.garments.map((garment, at) => (
          <li key={at}>
            <span class="palette">
              {garment.colors.map((color) => (
                <Swatch key={color} color={color} />
              ))}
            </span>
            <b>{garment.type || inWords(garment.category)}</b>
            <small>{traitsOf(garment).join(', ')}</small>
          </li>
        ))}
      </ul>
      <p class="tags">
        {[...analysis.styles, ...analysis.seasons, analysis.occasion, analysis.setting]
          .filter((tag) => tag !== 'unknown')
          .map((tag) => (
            <span class="tag" key={tag}>
              {inWords(tag)}
            </span>
          ))}
        <Palette colors={analysis.palette} />
      </p>
    </>
  )
}

function traitsOf(garment: AnalysisRow['garments'][number]): string[] {
  const { category, colors } = garment
  const named = ['pattern', 'material', 'fit', 'length', 'sleeve', 'neckline'].map((name) =>
    String(garment[name]),
  )
  const traits = [...colors, category, ...named].filter(
    (value) => value !== 'unknown' && value !== 'undefined',
  )
  return traits.filter((value) => value !== garment.type).map(inWords)
}

function Facts({ image }: { image: ImageDetail }): JSX.Element {
  const { request, charges, failures } = image
  const cost = charges.reduce((sum, { cost_nano_usd }) => sum + cost_nano_usd, 0)
  const tokens = charges.reduce((sum, charge) => sum + charge.input_tokens + charge.output_tokens, 0)
  const facts: [string, JSX.Element | string][] = [
    ...(image.width
      ? [['size', `${image.width} × ${image.height} ${image.format ?? ''}`] as [string, string]]
      : []),
    ...(image.answered_by ? [['answered by', image.answered_by] as [string, string]] : []),
    ...(image.answered_at ? [['at', <At at={image.answered_at} />] as [string, JSX.Element]] : []),
    ...(charges.length > 0
      ? [['cost', `${formatNano(cost)}, ${formatCount(tokens)} tokens`] as [string, string]]
      : []),
    ...(request ? [['request', request.custom_id] as [string, string]] : []),
    ...(request?.batch ? [['batch', request.batch] as [string, string]] : []),
    ...Object.entries(image.columns),
  ]
  return (
    <>
      <dl class="sheet">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{inWords(name)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {failures.map(({ attempt, code, message }) => (
        <p class="notice" key={attempt}>
          Try {attempt} failed, <code>{code}</code>: {message}
        </p>
      ))}
    </>
  )
}

/** The answer and the request, word for word; each is loaded when it is opened. */
function Raw({ image }: { image: ImageDetail }): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  const { data } = useData<object>(isOpen ? `/api/images/${image.id}/request` : undefined)
  return (
    <>
      {image.answer && (
        <details>
          <summary>Full JSON</summary>
          <pre tabIndex={0}>{JSON.stringify(image.answer, undefined, 2)}</pre>
        </details>
      )}
      {image.request && (
        <details onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>The exact request</summary>
          <pre tabIndex={0}>{data ? JSON.stringify(data, undefined, 2) : ''}</pre>
        </details>
      )}
    </>
  )
}
