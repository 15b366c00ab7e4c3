import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { AssetRow, Overview } from '../dashboard-wire.js'
import { ActionButton } from './action-button.js'
import { AssetPanel } from './asset-panel.js'
import { type Size, placeGraph } from './graph-layout.js'
import { RequestBar } from './request-bar.js'
import { hrefOf } from './route.js'
import { useLive } from './server.js'
import { Status, type Tone, toneOf } from './status.js'
import { Ago, Empty, Sentence, inWords, sentenceCase } from './words.js'

/** In pixels; below it a graph is read by scrolling only. */
const NARROWEST = 620

export function GraphView({ chosen }: { chosen: string | undefined }): JSX.Element {
  const { overview } = useLive()
  const { assets, counts, run } = overview!
  const asset = assets.find((each) => each.asset === chosen)
  const isEmpty = assets.every(({ last_at }) => last_at === null) && run === null
  return (
    <>
      <div class="head">
        <div>
          <h1>{headline(overview!)}</h1>
          <p class="lead">
            <Sentence text={subline(overview!)} />
          </p>
        </div>
        {!isEmpty && (
          <ActionButton
            label="Materialize"
            action={{ kind: 'materialize', arguments: { selection: asset ? [`+${asset.asset}`] : [] } }}
          />
        )}
      </div>
      <RequestBar requests={counts.requests} />
      <Graph assets={assets} chosen={chosen} />
      {isEmpty && (
        <Empty
          title="Nothing was made here yet"
          command="hemline materialize --images ~/photos --provider local --wait"
        >
          Name a folder of pictures. The local server looks at them without a key, and without any cost.
        </Empty>
      )}
      {asset && <AssetPanel asset={asset} />}
    </>
  )
}

/** What a person who looks for one second should know. */
function headline({ run, live, assets }: Overview): string {
  if (live.held > 0) return live.held === 1 ? 'A batch waits for you' : `${live.held} batches wait for you`
  if (run?.state === 'running') return `Run ${run.run} is running`
  if (run?.state === 'waiting') return `Run ${run.run} waits for the provider`
  if (run?.state === 'queued') return `Run ${run.run} waits for its turn`
  const stale = assets.filter(({ status }) => status === 'stale' || status === 'missing').length
  if (stale === 0) return 'Everything is up to date'
  return stale === 1 ? 'One asset is out of date' : `${stale} assets are out of date`
}

function subline({ run, live, assets }: Overview): string {
  if (live.held > 0) return 'It is in doubt, or stuck. What to do stands beside it, under Batches.'
  const step = assets.find((asset) => asset.step && ['running', 'waiting'].includes(asset.step.state))
  if (run && step) return `${inWords(step.asset)}: ${step.step!.because}`
  const first = assets.find(({ status, causes }) => status === 'stale' && causes.length > 0)
  if (first) return `${inWords(first.asset)}: ${first.causes[0]}`
  const images = assets.find(({ asset }) => asset === 'images')
  return images?.holds ?? ''
}

function Graph({ assets, chosen }: { assets: readonly AssetRow[]; chosen: string | undefined }): JSX.Element {
  const [box, room] = useWidth()
  const isNarrow = room < NARROWEST
  return (
    <section ref={box} class={isNarrow ? 'graph column' : 'graph'} aria-label="The assets" tabIndex={0}>
      {isNarrow ? (
        <div class="canvas">
          {assets.map((asset) => (
            <Node key={asset.asset} asset={asset} isChosen={asset.asset === chosen} />
          ))}
        </div>
      ) : (
        <Canvas assets={assets} chosen={chosen} room={room} />
      )}
    </section>
  )
}

type CanvasProps = { assets: readonly AssetRow[]; chosen: string | undefined; room: number }

function Canvas({ assets, chosen, room }: CanvasProps): JSX.Element {
  const { nodes, edges, node, width, height } = placeGraph(assets, room)
  const active = new Set(assets.filter(({ step }) => step?.state === 'running').map(({ asset }) => asset))
  return (
    <div class="canvas" style={{ width: `${width}px`, height: `${height}px` }}>
      <svg width={width} height={height} aria-hidden="true">
        {edges.map(({ from, to, path }) => (
          <path
            key={`${from} ${to}`}
            d={path}
            class={active.has(to) ? 'active' : from === chosen || to === chosen ? 'near' : ''}
          />
        ))}
      </svg>
      {nodes.map(({ asset, x, y }) => (
        <Node key={asset.asset} asset={asset} isChosen={asset.asset === chosen} place={{ x, y, ...node }} />
      ))}
    </div>
  )
}

type NodeProps = { asset: AssetRow; isChosen: boolean; place?: { x: number; y: number } & Size }

function Node({ asset, isChosen, place }: NodeProps): JSX.Element {
  return (
    <a
      class={`node ${toneOfAsset(asset)}`}
      href={hrefOf('graph', isChosen ? undefined : asset.asset)}
      aria-current={isChosen ? 'true' : undefined}
      style={place ? placed(place) : {}}
    >
      <NodeText asset={asset} />
      {!place && asset.needs.length > 0 && (
        <span class="needs">from {asset.needs.map(inWords).join(' and ')}</span>
      )}
    </a>
  )
}

function placed({ x, y, width, height }: { x: number; y: number } & Size) {
  return { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` }
}

function NodeText({ asset }: { asset: AssetRow }): JSX.Element {
  const { step } = asset
  const state = step && step.state !== 'interrupted' ? step.state : asset.status
  const cause = state === 'stale' ? asset.causes[0] : undefined
  return (
    <>
      <strong>{inWords(asset.asset)}</strong>
      {cause === undefined ? (
        <span class="holds">{asset.holds || (asset.kind === 'source' ? 'a source' : 'never made')}</span>
      ) : (
        <span class="holds why" title={cause}>
          {sentenceCase(cause)}
        </span>
      )}
      <span class="line">
        <Status state={state} />
        {asset.last_at && (
          <small>
            <Ago at={asset.last_at} isShort />
          </small>
        )}
      </span>
    </>
  )
}

function toneOfAsset({ step, status }: AssetRow): Tone {
  return toneOf(step && step.state !== 'interrupted' ? step.state : status)
}

/** The width that there is for an element, as it changes. */
function useWidth(): [{ current: HTMLElement | null }, number] {
  const box = useRef<HTMLElement>(null)
  const [width, setWidth] = useState(1_100)
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width))
    observer.observe(box.current!)
    return () => observer.disconnect()
  }, [])
  return [box, width]
}
