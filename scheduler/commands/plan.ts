import process from 'node:process'
import { methods } from '../../assets/request/choose-lane.js'
import { defineCommand } from '../command.js'
import { nanoOfFlag } from '../dollars.js'
import { exitCodes } from '../exit-codes.js'
import { wholeNumber } from '../flag-values.js'
import { homeOption, jsonOption } from '../home-options.js'
import { withSelection } from './selection-option.js'
import { settingOptions } from './setting-options.js'

export const plan = defineCommand({
  command: 'plan [selection..]',
  describe: 'What a run would do now, why, and what it would cost in each way; sends nothing',
  builder: (yargs) =>
    withSelection(yargs)
      .options({
        ...homeOption,
        ...settingOptions,
        method: { choices: methods, describe: 'How it would send' },
        limit: { type: 'number', requiresArg: true, describe: 'At most so many new requests' },
        'max-cost': { type: 'string', requiresArg: true, describe: 'Dollars that the run may cost at most' },
        models: {
          type: 'boolean',
          default: false,
          describe: 'Compare every model and detail on these pictures, the cheapest first',
        },
        sample: {
          type: 'number',
          requiresArg: true,
          describe: 'First ask so many, from all over the pictures, one by one; plan from what they used',
        },
        ...jsonOption,
      })
      .example('$0 plan --images ~/photos', 'Before the first run: what it would cost')
      .example('$0 plan --models', 'Which model costs what for your own pictures')
      .example('$0 plan --sample 20', 'Twenty real requests, then a plan that knows the answers’ length')
      .epilogue('Settings that flags change are not pinned. Exit code 4: a budget would hold the run.'),
  async handler(args) {
    const limit = args.limit === undefined ? undefined : wholeNumber('limit', args.limit, 1, 1_000_000_000)
    const ofRun = { method: args.method, maxCostNanoUsd: nanoOfFlag('max-cost', args['max-cost']) }
    const { home, images, provider, model, detail, profile, selection } = args
    const flags = { home, images, provider, model, detail, profile }
    if (args.sample !== undefined) {
      const count = wholeNumber('sample', args.sample, 1, 10_000)
      const { askSample } = await import('../ask-sample.js')
      const code = await askSample({ ...flags, ofRun }, count)
      if (code !== exitCodes.done) return code
      process.stderr.write('\n')
    }
    const { printPlan } = await import('../print-plan.js')
    return printPlan({ ...flags, selection, limit, ofRun, comparesModels: args.models }, args.json)
  },
})
