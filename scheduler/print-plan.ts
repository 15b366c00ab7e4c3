import process from 'node:process'
import { formatPlan } from '../reports/plan-summary.js'
import { exitCodes } from './exit-codes.js'
import { type PlanRequest, loadPlan } from './load-plan.js'
import { makeProgress } from './make-progress.js'
import { print, printObject } from './print.js'
import { terminalTable } from './terminal-table.js'
import { terminalWidth } from './terminal-width.js'

/** Prints a plan, as text or as one JSON object, and returns the exit code: 0, or 4 when a budget would hold the run. */
export async function printPlan(request: PlanRequest, isJson: boolean): Promise<number> {
  const plan = await loadPlan(request, makeProgress(process.stderr))
  if (isJson) await printObject(plan)
  else {
    const show = { home: request.home, table: terminalTable, width: terminalWidth() }
    await print(formatPlan(plan, show))
    if (plan.held && plan.is_sending) process.stderr.write(`hint: ${plan.held.hint}\n`)
  }
  return plan.held && plan.is_sending ? exitCodes.held : exitCodes.done
}
