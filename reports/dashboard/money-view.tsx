import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { LedgerSlice } from '../../data/records/ledger.js'
import type { Comparison, MethodRow, Money } from '../dashboard-wire.js'
import { formatCount, formatCountOf } from '../numbers.js'
import { basisInWords, methodInWords } from '../method-words.js'
import { type Sum, daysOf, sumOf, sumsBy } from './money-sums.js'
import { formatNano } from './money-words.js'
import { Plot } from './plot.js'
import { useData } from './server.js'
import { Empty, sentenceCase } from './words.js'

/** What it cost, against what may be spent, and what other ways would cost. */
export function MoneyView(): JSX.Element {
  const { data: money } = useData<Money>('/api/money')
  const { data: comparison, error } = useData<Comparison>('/api/methods')
  const [shown, setShown] = useState<'billed' | 'local'>()
  if (!money) return <div class="head" />
  const local = money.slices.filter((slice) => slice.is_local === 1)
  const billed = money.slices.filter((slice) => slice.is_local === 0)
  const side = shown ?? (billed.length > 0 ? 'billed' : 'local')
  const slices = side === 'billed' ? billed : local
  return (
    <>
      <div class="head">
        <div>
          <h1>Money</h1>
          <p class="lead">
            {side === 'billed'
              ? 'From the usage that each answer reports, at a dated price.'
              : 'The local server bills nobody: this is what the model would have charged for the same tokens.'}
          </p>
        </div>
        {billed.length > 0 && local.length > 0 && (
          <div class="tabs" role="group" aria-label="Which answers">
            {(['billed', 'local'] as const).map((each) => (
              <button key={each} class="quiet" aria-pressed={each === side} onClick={() => setShown(each)}>
                {each === 'billed' ? 'Billed' : 'Local, not billed'}
              </button>
            ))}
          </div>
        )}
      </div>
      <Spent money={money} slices={slices} />
      {money.slices.length === 0 ? (
        <Empty title="Nothing was spent yet" command="hemline plan --images ~/photos">
          A plan says what it would cost before anything is sent.
        </Empty>
      ) : (
        <Details money={money} slices={slices} />
      )}
      {comparison?.methods && <Methods comparison={comparison} />}
      {money.slices.length > 0 && !comparison && !error && (
        <p class="quiet comparing">Comparing the three methods…</p>
      )}
    </>
  )
}

function Spent({ money, slices }: { money: Money; slices: readonly LedgerSlice[] }): JSX.Element {
  const of = (isIn: (day: string) => boolean): Sum => sumOf(slices.filter(({ day }) => isIn(day)))
  const all = of(() => true)
  const each = (count: number): string => (count === 0 ? '–' : formatNano(all.cost / count))
  return (
    <dl class="figures">
      <Figure name="today" sum={of((day) => day === money.today)} money={money} budget="day" />
      <Figure name="this month" sum={of((day) => day.startsWith(money.month))} money={money} budget="month" />
      <Figure name="in all" sum={all} money={money} />
      <div>
        <dt>a post</dt>
        <dd class="num">{each(money.posts)}</dd>
        <dd class="note">{each(all.requests)} a picture</dd>
      </div>
    </dl>
  )
}

type FigureProps = { name: string; sum: Sum; money: Money; budget?: 'day' | 'month' }

function Figure({ name, sum, money, budget }: FigureProps): JSX.Element {
  const limit = money.budgets.find((each) => each.name === budget)
  const part = limit ? Math.min(1, limit.committed_nano_usd / Math.max(1, limit.limit_nano_usd)) : 0
  return (
    <div>
      <dt>{name}</dt>
      <dd class="num">{formatNano(sum.cost)}</dd>
      <dd class="note">
        {limit ? (
          <>
            <div class={part > 0.9 ? 'bar full' : 'bar'} aria-hidden="true">
              <i class="submitted" style={{ width: `${part * 100}%` }} />
            </div>
            {formatNano(limit.committed_nano_usd)} of {formatNano(limit.limit_nano_usd)}, with what is under
            way
          </>
        ) : (
          <>
            {formatCountOf(sum.requests, 'answer')}
            {budget && ' · no budget'}
          </>
        )}
      </dd>
    </div>
  )
}

function Details({ money, slices }: { money: Money; slices: readonly LedgerSlice[] }): JSX.Element {
  const days = daysOf(slices, money.today)
  return (
    <>
      {days.length > 1 && (
        <section class="panel" aria-label="Spent by day">
          <h2>By day</h2>
          <p class="key">
            <span class="reported">reported</span> <span class="estimated">estimated before it was sent</span>
          </p>
          <Plot
            label="Spent by day"
            times={days.map(({ at }) => at)}
            series={[
              { label: 'reported', values: days.map(({ cost }) => cost) },
              { label: 'estimated', values: days.map(({ estimated }) => estimated || null) },
            ]}
            format={formatNano}
            height={240}
            isBars
          />
        </section>
      )}
      <div class="columns">
        <Sums title="By method" rows={sumsBy(slices, ({ method }) => methodInWords(method))} />
        <Sums title="By model" rows={sumsBy(slices, ({ model }) => model)} />
      </div>
    </>
  )
}

/** Estimated against reported: two columns, never mixed. */
function Sums({ title, rows }: { title: string; rows: readonly (Sum & { key: string })[] }): JSX.Element {
  return (
    <section class="panel" aria-label={title}>
      <h2>{title}</h2>
      <div class="scroll" tabIndex={0} role="group" aria-label={`${title}, a table`}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span class="hidden">{title}</span>
              </th>
              <th scope="col">answers</th>
              <th scope="col">estimated</th>
              <th scope="col">reported</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, requests, estimated, cost }) => (
              <tr key={key}>
                <th scope="row">{key}</th>
                <td>{formatCount(requests)}</td>
                <td>{estimated === null ? '–' : formatNano(estimated)}</td>
                <td>
                  <b>{formatNano(cost)}</b>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Methods({ comparison }: { comparison: Comparison }): JSX.Element {
  const { methods, pictures, model } = comparison
  const most = Math.max(...methods.map((method) => method.cost_nano_usd))
  return (
    <section class="panel" aria-label="The three methods">
      <h2>The three methods</h2>
      <p class="lead">
        For your {formatCountOf(pictures, 'picture')}, with {model}.
      </p>
      <ul class="methods">
        {methods.map((method) => (
          <li key={method.method}>
            <span>{sentenceCase(methodInWords(method.method))}</span>
            <div class="bar" aria-hidden="true">
              <i class="submitted" style={{ width: `${(method.cost_nano_usd / most) * 100}%` }} />
            </div>
            <b class="num">{formatNano(method.cost_nano_usd)}</b>
            <small>{worthOf(method, pictures)}</small>
          </li>
        ))}
      </ul>
    </section>
  )
}

function worthOf(method: MethodRow, pictures: number): string {
  const { saved_nano_usd: saved, saved_percent: percent } = method
  const known = basisInWords(method, pictures)
  return saved > 0 ? `saves ${percent.toFixed(0)} %, ${known}` : known
}
