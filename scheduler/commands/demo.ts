import process from 'node:process'
import { defineCommand } from '../command.js'
import { DEMO_HOME } from '../demo-home.js'
import { exitCodeOf } from '../exit-codes.js'
import { jsonOption } from '../home-options.js'

export const demo = defineCommand({
  command: 'demo',
  describe: 'Run everything on the sample posts, with the local server: no key, no network, no cost',
  builder: (yargs) =>
    yargs
      .options({
        home: {
          type: 'string',
          default: DEMO_HOME,
          requiresArg: true,
          describe: 'The folder that holds all records',
        },
        ...jsonOption,
      })
      .example('$0 demo', 'Run it twice: the second run sends nothing'),
  async handler(args) {
    const [{ runMaterialize }, { makeProgress }, { reportRun }, { samplesManifest }] = await Promise.all([
      import('../run-materialize.js'),
      import('../make-progress.js'),
      import('../report-run.js'),
      import('../../data/samples.js'),
    ])
    const result = await runMaterialize(
      {
        home: args.home,
        images: samplesManifest(),
        provider: 'local',
        selection: [],
        isForced: false,
        waits: true,
        limit: undefined,
        ofRun: { method: undefined, maxCostNanoUsd: undefined },
        pollIntervalMs: 200,
      },
      makeProgress(process.stderr),
    )
    await reportRun(result, { home: args.home, isJson: args.json, showsPosts: !args.json })
    return exitCodeOf(result.state)
  },
})
