import type { ComponentChildren, JSX } from 'preact'
import type { ActionRow, LogLine, RunRow, TickRow } from '../dashboard-wire.js'
import { formatCount } from '../numbers.js'
import { type Route, hrefOf } from './route.js'
import { usePages } from './pager.js'
import { useData } from './server.js'
import { Status } from './status.js'
import { Ago, At, Empty, Sentence, Took, inWords, sentenceCase } from './words.js'

const lists = ['runs', 'ticks', 'actions'] as const

/** What happened, when, and why or why not. */
export function ActivityView({ route }: { route: Route }): JSX.Element {
  const list = lists.find((each) => each === route.chosen) ?? 'runs'
  const run = /^\d+$/.test(route.chosen ?? '') ? route.chosen : undefined
  return (
    <>
      <div class="head">
        <h1>Activity</h1>
        <nav class="tabs" aria-label="Kinds of activity">
          {lists.map((each) => (
            <a key={each} href={hrefOf('activity', each)} aria-current={each === list ? 'page' : undefined}>
              {sentenceCase(each)}
            </a>
          ))}
        </nav>
      </div>
      {list === 'runs' && <Runs chosen={run} />}
      {list === 'ticks' && <Ticks />}
      {list === 'actions' && <Actions />}
    </>
  )
}

function Runs({ chosen }: { chosen: string | undefined }): JSX.Element {
  const { rows: data, pager } = usePages<RunRow>('/api/runs', ({ run }) => run)
  if (data?.length === 0) return <Empty title="No runs yet" command="hemline materialize --images ~/photos" />
  return (
    <>
      <ol class="rows tall">
        {data?.map((run) => (
          <li key={run.run} class={String(run.run) === chosen ? 'chosen' : ''}>
            <Line
              href={hrefOf('activity', String(run.run) === chosen ? 'runs' : String(run.run))}
              isOpen={String(run.run) === chosen}
              title={`Run ${run.run}`}
              state={run.state}
              text={whatItDid(run)}
            >
              <span>{run.trigger === 'person' ? 'asked for' : 'by the clock'}</span>
              <Took from={run.started_at} to={run.finished_at} />
              <Ago at={run.started_at} />
            </Line>
            {String(run.run) === chosen && <RunLog run={run} />}
          </li>
        ))}
      </ol>
      {pager}
    </>
  )
}

function whatItDid({ steps, error, state }: RunRow): string {
  if (error) return error
  const last = steps.findLast((step) => step.state === state && state !== 'done')
  if (last) return `${inWords(last.asset)}: ${last.because}`
  const made = [...new Set(steps.filter((step) => step.state === 'done').map(({ asset }) => inWords(asset)))]
  return made.length === 0 ? 'Everything was up to date' : `Made ${made.join(', ')}`
}

function RunLog({ run }: { run: RunRow }): JSX.Element {
  const { data } = useData<LogLine[]>(`/api/runs/${run.run}/log`)
  if (data?.length === 0) return <p class="quiet">It made nothing: everything was up to date.</p>
  return (
    <ol class="log">
      {data?.map(({ at, kind, text, detail }, index) => (
        <li key={index} class={kind}>
          <At at={at} />
          <span>{text}</span>
          <small>{detail}</small>
        </li>
      ))}
    </ol>
  )
}

function Ticks(): JSX.Element {
  const { rows: data, pager } = usePages<TickRow>('/api/ticks', ({ tick }) => tick)
  if (data?.length === 0) {
    return (
      <Empty title="No ticks yet" command="hemline daemon">
        The daemon decides every second what to make, and writes down why, or why not.
      </Empty>
    )
  }
  return (
    <>
      <ol class="rows tall">
        {data?.map((tick) => (
          <li key={tick.tick}>
            <Line title={`Tick ${tick.tick}`} state={tick.state} text={tick.error ?? ''}>
              {tick.times > 1 && <span class="num">{formatCount(tick.times)} times</span>}
              {tick.run !== null && <a href={hrefOf('activity', String(tick.run))}>run {tick.run}</a>}
              <Ago at={tick.last_at} />
            </Line>
            <ul class="decisions">
              {tick.decisions
                .filter(({ verdict }) => verdict !== 'fresh')
                .map(({ asset, verdict, because }) => (
                  <li key={asset}>
                    <b>{verdict}</b> <span>{inWords(asset)}</span> <small>{because}</small>
                  </li>
                ))}
            </ul>
          </li>
        ))}
      </ol>
      {pager}
    </>
  )
}

function Actions(): JSX.Element {
  const { rows: data, pager } = usePages<ActionRow>('/api/actions', ({ action }) => action)
  if (data?.length === 0) {
    return (
      <Empty title="Nobody asked for anything yet">
        What is asked for here, or by <code>hemline adopt</code>, <code>resubmit</code>, <code>retry</code>{' '}
        and <code>cancel</code>, is written down.
      </Empty>
    )
  }
  return (
    <>
      <ol class="rows tall">
        {data?.map((action) => (
          <li key={action.action}>
            <Line title={sentenceCase(action.kind)} state={action.state} text={outcomeOf(action)}>
              <span>{action.asked_by === 'page' ? 'from this page' : 'by command'}</span>
              <Ago at={action.asked_at} />
            </Line>
          </li>
        ))}
      </ol>
      {pager}
    </>
  )
}

function outcomeOf({ arguments: given, outcome, error, hint }: ActionRow): string {
  if (error) return [error, hint].filter(Boolean).join(' ')
  const told = outcome?.['text']
  if (typeof told === 'string') return told
  return Object.values(given).flat().map(String).join(' ')
}

type LineProps = {
  title: string
  state: string
  text: string
  href?: string
  isOpen?: boolean
  children: ComponentChildren
}

function Line({ title, state, text, href, isOpen, children }: LineProps): JSX.Element {
  return (
    <div class="row-line">
      {href ? (
        <a class="row-title" href={href} aria-expanded={isOpen}>
          {title}
        </a>
      ) : (
        <b class="row-title">{title}</b>
      )}
      <Status state={state} />
      <span class="grow text">
        <Sentence text={text} />
      </span>
      <span class="meta">{children}</span>
    </div>
  )
}
