import { sumCharges } from '../data/records/charges.js'
import { done } from '../pipeline/engine/asset.js'
import { digest } from '../pipeline/engine/versions.js'
import { defineAsset } from './fashion-kit.js'
import { results } from './results.js'
import { submittedBatch } from './submitted-batch.js'

/** What all answers cost, summed from the usage that each reports; `hemline cost` shows it batch by batch. */
export const costReport = defineAsset({
  key: 'cost_report',
  describe: 'What the answers cost, from the usage that each of them reports.',
  codeVersion: '1',
  needs: { submitted: submittedBatch, results },

  async materialize(_inputs, { db }) {
    const sums = await sumCharges(db)
    return done({ dataVersion: digest(Object.values(sums).map(String)), metadata: sums })
  },
})
