import type { JSX } from 'preact'
import type { BatchRow } from '../dashboard-wire.js'
import { formatBytes, formatCount, formatCountOf } from '../numbers.js'
import { ActionButton } from './action-button.js'
import { BatchTimeline } from './batch-timeline.js'
import { formatNano } from './money-words.js'
import { usePages } from './pager.js'
import { useLive } from './server.js'
import { Status } from './status.js'
import { Ago, Empty, Sentence, Until, inWords, sentenceCase } from './words.js'

export function BatchesView(): JSX.Element {
  const { overview } = useLive()
  const { rows: data, pager } = usePages<BatchRow>('/api/batches', ({ id }) => id)
  const { open, held } = overview!.live
  const failed = overview!.counts.requests.failed
  return (
    <>
      <div class="head">
        <div>
          <h1>Batches</h1>
          <p class="lead">
            {open === 0
              ? 'Nothing is at the provider'
              : `${formatCountOf(open, 'batch', 'batches')} at the provider`}
            {held > 0 && `, ${held} held for you`}.
          </p>
        </div>
        {failed > 0 && (
          <ActionButton
            label={`Retry ${formatCount(failed)} failed`}
            action={{ kind: 'retry', arguments: {} }}
          />
        )}
      </div>
      {data?.length === 0 && (
        <Empty title="No batches yet" command="hemline materialize --wait">
          A batch is up to 50,000 requests that are answered within a day, at half the price.
        </Empty>
      )}
      <ul class="cards">
        {data?.map((batch) => (
          <li key={batch.id}>
            <Batch batch={batch} />
          </li>
        ))}
      </ul>
      {pager}
    </>
  )
}

function Batch({ batch }: { batch: BatchRow }): JSX.Element {
  const state = batch.is_stuck ? 'stuck' : batch.state === 'open' ? (batch.status ?? 'open') : batch.state
  return (
    <article class="card batch" aria-label={`Batch ${batch.batch ?? batch.part}`}>
      <div class="card-head">
        <h2 class="id">{batch.batch ?? batch.part.split('/').at(-1)}</h2>
        <Status state={state} />
        {batch.lane !== 'batch' && (
          <span class="tag">{batch.lane === 'flex' ? 'flex, one by one' : 'one by one'}</span>
        )}
        <span class="grow" />
        <small>
          <Ago at={batch.created_at ?? batch.intended_at} />
          {batch.state === 'open' && batch.expires_at && batch.lane === 'batch' && (
            <>
              {' '}
              · expires in <Until at={batch.expires_at} past="overdue" />
            </>
          )}
        </small>
      </div>
      <Progress batch={batch} />
      <BatchTimeline batch={batch} />
      {batch.because && <p class="because">{sentenceCase(batch.because)}</p>}
      <Counts batch={batch} />
      <Errors batch={batch} />
      <Ways batch={batch} />
    </article>
  )
}

function Progress({ batch }: { batch: BatchRow }): JSX.Element {
  const { requests, completed, failed } = batch
  const done = Math.min(requests, completed + failed)
  return (
    <div class="progress">
      <div
        class="bar"
        role="progressbar"
        aria-label="Requests that are over"
        aria-valuenow={done}
        aria-valuemin={0}
        aria-valuemax={requests}
      >
        <i class="answered" style={{ width: `${(completed / requests) * 100}%` }} />
        <i class="failed" style={{ width: `${(failed / requests) * 100}%` }} />
      </div>
      <span class="num">
        {formatCount(done)} of {formatCount(requests)}
      </span>
    </div>
  )
}

/** The sum that has to hold, once the batch is collected; before that what is known of it. */
function Counts({ batch }: { batch: BatchRow }): JSX.Element {
  const { tally, requests } = batch
  const cost = `${formatNano(batch.cost_nano_usd)} reported`
  const estimate =
    batch.estimated_cost_nano_usd === null ? '' : `, ${formatNano(batch.estimated_cost_nano_usd)} estimated`
  const size = `${formatBytes(batch.bytes)}, ${formatCount(batch.estimated_tokens)} tokens estimated`
  if (!tally) return <p class="facts">{`${cost}${estimate} · ${size}`}</p>
  const { sent = requests, ...ends } = tally
  const parts = Object.entries(ends).filter(([name, count]) => isEnd(name) && count > 0)
  const sum = parts.reduce((total, [, count]) => total + count, 0)
  return (
    <p class="facts">
      <span class={`status ${sum === sent ? 'good' : 'bad'}`}>
        <i aria-hidden="true" />
        {formatCount(sent)} sent {sum === sent ? '=' : '≠'}{' '}
        {parts.map(([name, count]) => `${formatCount(count)} ${inWords(name)}`).join(' + ')}
      </span>{' '}
      · {cost}
      {estimate}
    </p>
  )
}

const ends = ['answered', 'failed', 'expired', 'cancelled', 'invalid', 'missing']

function isEnd(name: string): boolean {
  return ends.includes(name)
}

function Errors({ batch }: { batch: BatchRow }): JSX.Element | null {
  if (batch.errors.length === 0) return null
  return (
    <details>
      <summary>
        {formatCountOf(
          batch.errors.reduce((sum, { requests }) => sum + requests, 0),
          'failure',
        )}{' '}
        for {formatCountOf(batch.errors.length, 'reason')}
      </summary>
      <ul class="errors">
        {batch.errors.map(({ code, message, requests }) => (
          <li key={code}>
            <b class="num">{formatCount(requests)}</b> <code>{code}</code> <span>{message}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** What a person can do about it. */
function Ways({ batch }: { batch: BatchRow }): JSX.Element | null {
  const isAlive = batch.state === 'open'
  const isDoubtful =
    batch.state === 'held' || batch.is_stuck || (batch.state === 'ended' && batch.because !== null)
  if (!isAlive && !isDoubtful) return null
  const named = batch.batch ?? batch.part
  return (
    <div class={isDoubtful ? 'ways doubt' : 'ways'}>
      {batch.next_step && (
        <p>
          <Sentence text={sentenceCase(batch.next_step)} />
        </p>
      )}
      <div class="buttons">
        {isDoubtful && (
          <>
            <ActionButton
              label="Adopt a batch"
              action={{ kind: 'adopt', arguments: { part: batch.part } }}
              ask={{ name: 'batch', label: 'Its id at the provider', placeholder: 'batch_…' }}
            />
            <ActionButton label="Send again" action={{ kind: 'resubmit', arguments: { named } }} />
          </>
        )}
        {isAlive && !batch.is_stuck && (
          <ActionButton label="Cancel" isQuiet action={{ kind: 'cancel', arguments: { batch: named } }} />
        )}
      </div>
    </div>
  )
}
