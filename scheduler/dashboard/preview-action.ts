import { expectedCost } from '../../assets/request/expected-cost.js'
import { expectedRetry } from '../../assets/request/expected-retry.js'
import { readCatalogue } from '../../data/catalogue/read-catalogue.js'
import { formatUsd } from '../../data/catalogue/price.js'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { getPart } from '../../data/records/parts.js'
import { countUnansweredOfPart } from '../../data/records/requests.js'
import { getBatchMeant, getBatchOfProvider } from '../../pipeline/batch/meant.js'
import type { ActionPreview } from '../../reports/dashboard-wire.js'
import { formatCount, formatCountOf } from '../../reports/numbers.js'
import type { Plan } from '../../reports/plan-type.js'
import { readConfig } from '../home-config.js'
import { runCommand } from './child-command.js'
import type { PageAction } from './page-action.js'

const EXPECTED = 'It is expected to cost'

type Tools = { db: Db; home: Home }

/** What an action would do and cost; changes nothing. */
export async function previewAction(action: PageAction, tools: Tools): Promise<ActionPreview> {
  switch (action.kind) {
    case 'materialize':
      return previewRun(action.arguments.selection, tools.home)
    case 'retry':
      return previewRetry(action.arguments.reason, tools)
    case 'cancel':
      return previewCancel(action.arguments.batch, tools)
    case 'resubmit':
      return previewResubmit(action.arguments.named, tools)
    case 'adopt':
      return {
        title: 'Adopt a batch',
        lines: [
          'Name the batch that you found at the provider. It is checked to be made of this part, bound to it, and polled from then on.',
        ],
        cost: '$0',
        cost_of: EXPECTED,
        verb: 'Adopt it',
        is_possible: true,
      }
  }
}

async function previewRun(selection: readonly string[], home: Home): Promise<ActionPreview> {
  const { stdout } = await runCommand(home, ['plan', '--json', ...selection])
  const plan = JSON.parse(stdout) as Plan
  const runs = plan.assets.filter(({ verdict }) => verdict === 'runs' || verdict === 'may_run')
  const chosen = plan.methods.find((method) => method.is_chosen)
  const { to_ask: toAsk, answered, under_way: underWay } = plan.pictures
  const isBilled = plan.provider === 'openai'
  return {
    title: 'Materialize',
    lines: [
      ...(runs.length === 0 ? ['Everything is up to date: it would look, and make nothing.'] : []),
      ...runs.map(({ asset, because }) => `${asset}: ${because}`),
      ...(plan.is_sending
        ? [
            `${formatCountOf(toAsk, 'request')} to send, ${formatCount(answered)} answered already, ${formatCount(underWay)} under way.`,
          ]
        : ['This selection sends nothing.']),
      ...(plan.held ? [`It would be held: ${plan.held.because}. ${plan.held.hint}`] : []),
      ...plan.warnings,
    ],
    cost: plan.is_sending && chosen ? inDollars(chosen.estimate.cost_nano_usd[chosen.lane], isBilled) : '$0',
    cost_of: EXPECTED,
    verb: 'Materialize',
    is_possible: true,
  }
}

async function previewRetry(reason: string | undefined, { db, home }: Tools): Promise<ActionPreview> {
  const catalogue = await readCatalogue(home.models)
  const { requests, reasons, costNanoUsd } = await expectedRetry(db, { reason, lane: 'batch' }, catalogue)
  return {
    title: 'Retry what failed',
    lines: [
      `${formatCountOf(requests, 'request')} failed for good.`,
      ...reasons.map(({ reason: why, requests: count }) => `${formatCount(count)} × ${why}`),
      'They wait for the next run, with all their attempts before them. An answer that fails again is charged as well.',
    ],
    cost: inDollars(costNanoUsd, await isBilled(home)),
    cost_of: EXPECTED,
    verb: 'Retry them',
    is_possible: requests > 0,
  }
}

async function previewCancel(named: string, { db, home }: Tools): Promise<ActionPreview> {
  const batch = await getBatchOfProvider(db, named)
  const { requests_completed: done, requests_total: total, estimated_cost_nano_usd: estimate } = batch
  const spent = estimate === null || total === 0 ? null : Math.round((estimate * done) / total)
  return {
    title: 'Cancel this batch',
    lines: [
      `${formatCount(done)} of ${formatCountOf(total, 'request')} are answered so far. Those are kept, and charged.`,
      'The others are asked again only when a person materializes.',
    ],
    cost: spent === null ? null : inDollars(spent, await isBilled(home)),
    cost_of: 'What is answered so far costs about',
    verb: 'Cancel it',
    is_possible: batch.state === 'open',
  }
}

async function previewResubmit(named: string, { db, home }: Tools): Promise<ActionPreview> {
  const batch = await getBatchMeant(db, named)
  const part = await getPart(db, batch.part_id)
  const requests = await countUnansweredOfPart(db, part.id)
  const cost = await expectedCost(db, { part, requests, lane: 'batch' }, await readCatalogue(home.models))
  return {
    title: 'Send it again',
    lines: [
      `Give this batch up, and send its ${formatCountOf(requests, 'request')} again with the next run.`,
      'A last look is made before; if it is found, nothing is sent again. If it exists after all and is not found, they are paid twice.',
    ],
    cost: inDollars(cost.costNanoUsd, await isBilled(home)),
    cost_of: EXPECTED,
    verb: 'Send again',
    is_possible: requests > 0,
  }
}

async function isBilled(home: Home): Promise<boolean> {
  return (await readConfig(home))?.settings.provider === 'openai'
}

function inDollars(nano: number, billed: boolean): string {
  return billed || nano === 0 ? formatUsd(nano) : `${formatUsd(nano)} (not billed)`
}
