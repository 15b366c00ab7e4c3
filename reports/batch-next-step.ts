import type { ListedBatch } from '../data/records/batches.js'
import { findStall } from '../pipeline/batch/stall.js'
import { flagOfHome } from './home-flag.js'

/**
 * What a person can type about a batch that does not go on by itself; undefined for one that does.
 *
 * @param home  as the person named it.
 */
export function nextStepOf(batch: ListedBatch, home: string): string | undefined {
  const flag = flagOfHome(home)
  const again = `hemline materialize${flag}`
  const id = batch.provider_batch_id
  if (batch.state === 'held') {
    return (
      `\`${again}\` looks for it again. If you find its batch at the provider: ` +
      `\`hemline adopt BATCH${flag} --part ${batch.path}\`. ` +
      `If it was never created: \`hemline resubmit ${batch.path}${flag}\`.`
    )
  }
  if (batch.state === 'open' && batch.is_stuck === 1) {
    return (
      `\`${again}\` looks for it again. If it has another id by now: ` +
      `\`hemline adopt BATCH${flag} --part ${batch.path}\`. If it is lost: \`hemline resubmit ${id}${flag}\`.`
    )
  }
  if (batch.state === 'ended' && batch.because !== null) {
    return `\`${again}\` tries again. If its results are lost: \`hemline resubmit ${id}${flag}\`.`
  }
  if (findStall(batch)) {
    return `it is polled on, and never sent again while it is there. To end it: \`hemline cancel ${id}${flag}\`.`
  }
  return undefined
}
