import process from 'node:process'
import type { Options } from 'yargs'
import { methods } from '../../assets/request/choose-lane.js'
import { defineCommand } from '../command.js'
import { nanoOfFlag } from '../dollars.js'
import { exitCodeOf } from '../exit-codes.js'
import { numberWithin, wholeNumber } from '../flag-values.js'
import { homeOption, jsonOption } from '../home-options.js'
import { withSelection } from './selection-option.js'
import { settingOptions } from './setting-options.js'

/** The longest that a batch goes unlooked at, in seconds. */
const MAX_POLL_SECONDS = 3_600

/** How this run works; none of it is pinned. */
const runOptions = {
  limit: { type: 'number', requiresArg: true, describe: 'At most so many new requests in this run' },
  method: {
    choices: methods,
    describe: 'How this run sends: in batches at half price, one by one now, or by how many they are',
  },
  'max-cost': {
    type: 'string',
    requiresArg: true,
    describe: 'Dollars that this run may cost at most; if more is needed nothing is sent (code 4)',
  },
  wait: {
    type: 'boolean',
    defaultDescription: 'on a terminal',
    describe: 'Stay until the batches are done; --no-wait exits with code 3 meanwhile',
  },
  'poll-interval': {
    type: 'number',
    requiresArg: true,
    defaultDescription: '30, of the local server 1',
    describe: 'Seconds between two polls of a batch; a young one is polled sooner',
  },
  force: {
    type: 'boolean',
    default: false,
    describe: 'Make the selected assets even where nothing changed; answers are never bought again',
  },
  'dry-run': {
    type: 'boolean',
    default: false,
    describe: 'Only say what would run, why, and what it would cost: `hemline plan`',
  },
} as const satisfies Record<string, Options>

export const materialize = defineCommand({
  command: 'materialize [selection..]',
  describe: 'Bring assets up to date; nothing that is answered or under way is asked again',
  builder: (yargs) =>
    withSelection(yargs)
      .options({
        ...homeOption,
        ...settingOptions,
        ...runOptions,
        ...jsonOption,
      })
      .example('$0 materialize --images ~/photos', 'Everything, for the pictures of a folder')
      .example('$0 materialize --images posts.csv --provider local', 'A manifest, without a key')
      .example('$0 materialize --limit 20 --wait', 'Twenty pictures first')
      .example('$0 materialize --method individual --max-cost 1.50', 'Now, one by one, for $1.50 at most')
      .example('$0 materialize +grouped_posts --no-wait', 'Submit, and come back later')
      .epilogue('Exit codes: 0 done, 1 failed, 2 bad usage, 3 waiting on the provider, 4 held for a person.'),
  async handler(args) {
    const limit = args.limit === undefined ? undefined : wholeNumber('limit', args.limit, 1, 1_000_000_000)
    const seconds = args['poll-interval']
    const ofRun = { method: args.method, maxCostNanoUsd: nanoOfFlag('max-cost', args['max-cost']) }
    const { home, images, provider, model, detail, profile, selection } = args
    const flags = { home, images, provider, model, detail, profile }
    if (args['dry-run']) {
      const { printPlan } = await import('../print-plan.js')
      return printPlan({ ...flags, selection, limit, ofRun, comparesModels: false }, args.json)
    }
    const [{ runMaterialize }, { makeProgress }, { reportRun }] = await Promise.all([
      import('../run-materialize.js'),
      import('../make-progress.js'),
      import('../report-run.js'),
    ])
    const result = await runMaterialize(
      {
        ...flags,
        limit,
        ofRun,
        selection,
        isForced: args.force,
        waits: args.wait ?? process.stdout.isTTY,
        pollIntervalMs:
          seconds === undefined
            ? undefined
            : numberWithin('poll-interval', seconds, 0.01, MAX_POLL_SECONDS) * 1000,
      },
      makeProgress(process.stderr),
    )
    await reportRun(result, { home, isJson: args.json, terms: termsOf(args) })
    return exitCodeOf(result.state)
  },
})

/** The flags of a run that whoever goes on with it has to type again. */
function termsOf(args: { [Name in (typeof TERMS)[number]]?: string | number | undefined }): string[] {
  return TERMS.flatMap((name) => (args[name] === undefined ? [] : [`--${name} ${args[name]}`]))
}

const TERMS = ['limit', 'method', 'max-cost'] as const
