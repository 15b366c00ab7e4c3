import type { JSX } from 'preact'
import type { AssetDetail, AssetRow, HistoryRow } from '../dashboard-wire.js'
import { formatBytes, formatCount } from '../numbers.js'
import { formatNano } from './money-words.js'
import { Plot } from './plot.js'
import { hrefOf } from './route.js'
import { useData } from './server.js'
import { Status } from './status.js'
import { Ago, Empty, Sentence, inWords, sentenceCase } from './words.js'

const PLOTS_SHOWN = 6
const HISTORY_SHOWN = 12

/** Everything that is known of one asset. */
export function AssetPanel({ asset }: { asset: AssetRow }): JSX.Element {
  const { data } = useData<AssetDetail>(`/api/assets/${asset.asset}`)
  return (
    <section class="panel" aria-label={inWords(asset.asset)}>
      <div class="panel-head">
        <div>
          <h2>{inWords(asset.asset)}</h2>
          <p class="lead">{asset.describe}</p>
        </div>
        <a class="button quiet" href={hrefOf('graph')} aria-label="Close">
          Close
        </a>
      </div>
      {data && (
        <div class="columns">
          <div>
            <Why asset={asset} detail={data} />
            <Checks asset={asset} />
          </div>
          <div>
            <h3>Over time</h3>
            <Plots history={data.history} />
          </div>
        </div>
      )}
      {data && <History history={data.history} kind={asset.kind} />}
    </section>
  )
}

function Why({ asset, detail }: { asset: AssetRow; detail: AssetDetail }): JSX.Element {
  const distant = detail.root_causes.filter(({ chain }) => chain.length > 1)
  return (
    <>
      <h3>
        Why it is <Status state={asset.status} />
      </h3>
      <ul class="causes">
        {asset.causes.map((cause) => (
          <li key={cause}>
            <Sentence text={sentenceCase(cause)} />
          </li>
        ))}
        {asset.step && (
          <li>
            Its last step is {asset.step.state}: <Sentence text={asset.step.because} />
          </li>
        )}
        {asset.causes.length === 0 && !asset.step && <li>{whyCalm(asset)}</li>}
      </ul>
      {distant.length > 0 && <h3>Where it began</h3>}
      {distant.map(({ chain, because }) => (
        <p class="chain" key={chain.join(' ')}>
          {chain.toReversed().map((key, at) => (
            <span key={key}>
              {at > 0 && <i aria-label="leads to"> → </i>}
              <a href={hrefOf('graph', key)}>{inWords(key)}</a>
            </span>
          ))}
          <small>{because}</small>
        </p>
      ))}
      {detail.decision && (
        <>
          <h3>The daemon’s last word</h3>
          <p>
            {sentenceCase(detail.decision.verdict)}, because {detail.decision.because} (
            <Ago at={detail.decision.last_at} />)
          </p>
        </>
      )}
    </>
  )
}

function whyCalm({ kind, status, behind }: AssetRow): string {
  if (status === 'missing') return 'It was never made.'
  if (kind === 'source') return 'Every run that needs it looks at it again.'
  if (behind.length > 0)
    return `It fits what it was made from, but “${inWords(behind[0]!.asset)}” above it is out of date.`
  return 'Its inputs and its code are those that it was made from.'
}

/** What its own numbers have to fulfil. */
function Checks({ asset }: { asset: AssetRow }): JSX.Element | null {
  const counts = asset.metadata
  if (asset.asset !== 'results' || !counts) return null
  const states = ['answered', 'failed', 'skipped', 'pending', 'in_part', 'submitted']
  const parts = states.map((name) => Number(counts[name] ?? 0))
  const total = parts.reduce((sum, part) => sum + part, 0)
  return (
    <>
      <h3>Checks</h3>
      <p class="check">
        <Status state="holds" tone="good" /> every request is in one state: {formatCount(total)} ={' '}
        {states
          .map((name, at) => `${formatCount(parts[at]!)} ${inWords(name)}`)
          .filter((_, at) => parts[at]! > 0)
          .join(' + ')}
      </p>
    </>
  )
}

function Plots({ history }: { history: readonly HistoryRow[] }): JSX.Element {
  const rows = history.toReversed()
  const names = Object.keys(history[0]?.metadata ?? {})
  const numeric = names.filter((name) => rows.some(({ metadata }) => typeof metadata[name] === 'number'))
  const counted = numeric.filter(
    (name) => !/id$/i.test(name) && rows.some(({ metadata }) => metadata[name] !== 0),
  )
  const moving = counted.slice(0, PLOTS_SHOWN)
  if (moving.length === 0) return <p class="quiet">Nothing that it counts.</p>
  return (
    <div class="plots">
      {moving.map((name) => {
        const values = rows.map(({ metadata }) => Number(metadata[name] ?? 0))
        return (
          <figure key={name}>
            <figcaption>
              {inWords(name.replace(/_nano_usd$/, ''))} <b class="num">{inUnits(name, values.at(-1)!)}</b>
            </figcaption>
            {rows.length > 1 && (
              <Plot
                label={`${inWords(name)} over time`}
                times={rows.map(({ at }) => Date.parse(at) / 1000)}
                series={[{ label: inWords(name), values }]}
                format={(value) => inUnits(name, value)}
                height={84}
                isSmall
              />
            )}
          </figure>
        )
      })}
    </div>
  )
}

function inUnits(name: string, value: number): string {
  if (name.endsWith('_nano_usd')) return formatNano(value)
  return name === 'bytes' ? formatBytes(value) : formatCount(value)
}

function History({ history, kind }: { history: readonly HistoryRow[]; kind: string }): JSX.Element {
  if (history.length === 0) return <Empty title="No history yet" command="hemline materialize" />
  return (
    <>
      <h3>{kind === 'source' ? 'What was seen' : 'Materializations'}</h3>
      <ol class="rows">
        {history.slice(0, HISTORY_SHOWN).map(({ at, run, because, data_version }) => (
          <li key={at}>
            <span class="when">
              <Ago at={at} />
            </span>
            <span class="grow">{sentenceCase(because)}</span>
            <code title={data_version}>{data_version.slice(0, 8)}</code>
            {run !== null && <a href={hrefOf('activity', String(run))}>run {run}</a>}
          </li>
        ))}
      </ol>
      {history.length > HISTORY_SHOWN && <p class="quiet">and {history.length - HISTORY_SHOWN} more</p>}
    </>
  )
}
