import process from 'node:process'
import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption, jsonOption } from '../home-options.js'
import { tellWhile } from '../tell-while.js'
import { terminalWidth } from '../terminal-width.js'

export const doctor = defineCommand({
  command: 'doctor',
  describe:
    'Check what a run needs (Node, disk, rights, settings, database, key, provider, clock), and how to mend it',
  builder: (yargs) =>
    yargs
      .options({ ...homeOption, ...jsonOption })
      .example('$0 doctor', 'Before the first run, or when something is strange')
      .epilogue(
        'Changes nothing and costs nothing. Exit codes: 0 ready, 1 something has to be mended first.',
      ),
  async handler(args) {
    const [{ checkUp }, { formatCheckup }, { print, printObject }, { systemClock }] = await Promise.all([
      import('../doctor/check-up.js'),
      import('../../reports/checkup.js'),
      import('../print.js'),
      import('../../pipeline/clock.js'),
    ])
    const findings = await tellWhile(process.stderr, 'Asking the provider', () =>
      checkUp(args.home, process.env, systemClock),
    )
    await (args.json ? printObject({ checks: findings }) : print(formatCheckup(findings, terminalWidth())))
    return findings.some(({ state }) => state === 'failed') ? exitCodes.failed : exitCodes.done
  },
})
