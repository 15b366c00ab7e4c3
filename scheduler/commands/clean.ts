import process from 'node:process'
import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption, jsonOption } from '../home-options.js'
import { tellWhile } from '../tell-while.js'

export const clean = defineCommand({
  command: 'clean',
  describe:
    'Delete tasks files whose answers are long stored, old results files, and old records of ticks and runs',
  builder: (yargs) =>
    yargs
      .options({
        ...homeOption,
        'dry-run': { type: 'boolean', default: false, describe: 'Only tell what would be deleted, and why' },
        ...jsonOption,
      })
      .example('$0 clean --dry-run', 'What the daemon would delete in its next daily cleaning')
      .epilogue('How long what is kept stands in the "retention" section of the home’s config.json.'),
  async handler(args) {
    const [
      { withHome },
      { cleanHome },
      { retentionSchema },
      { readConfig },
      { cleaningListing, describeCleaning },
      { printListing },
      { eachOf },
      { print },
      { systemClock },
    ] = await Promise.all([
      import('../open-home.js'),
      import('../clean-home.js'),
      import('../retention.js'),
      import('../home-config.js'),
      import('../../reports/cleaning-listing.js'),
      import('../print-listing.js'),
      import('../pages.js'),
      import('../print.js'),
      import('../../pipeline/clock.js'),
    ])
    await withHome(args.home, async (db, home) => {
      const config = await readConfig(home)
      const retention = config?.sections.retention ?? retentionSchema.parse({})
      const cleaned = await tellWhile(process.stderr, 'Cleaning', () =>
        cleanHome(db, home, retention, systemClock.now(), args['dry-run']),
      )
      await printListing(eachOf(cleaned), cleaningListing, args.json)
      if (!args.json && cleaned.length > 0) await print(describeCleaning(cleaned, args['dry-run']))
    })
    return exitCodes.done
  },
})
