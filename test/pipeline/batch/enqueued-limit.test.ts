import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readEnqueuedLimit } from '../../../pipeline/batch/enqueued-limit.js'

const reading = suite('reading the limit of enqueued tokens')

for (const [message, expected] of [
  [
    'Enqueued token limit reached for gpt-4o in organization org-x. Limit: 90,000 enqueued tokens. Please try again once some in_progress batches have been completed.',
    90_000,
  ],
  ['Enqueued token limit reached for gpt-4.1-nano. Limit: 2,000,000 enqueued tokens.', 2_000_000],
  ['Limit: 2,000,000 enqueued tokens', 2_000_000],
  ['limit 900000 enqueued tokens', 900_000],
  [
    'Error code: 429 - Enqueued token limit reached for gpt-5-mini. Limit: 5,000,000 enqueued tokens.',
    5_000_000,
  ],
  [
    'Enqueued token limit reached for gpt-4o-2024-08-06\nLimit: 90.000 enqueued tokens per organization',
    90_000,
  ],
  [
    "The number of enqueued tokens has surpassed the configured limit of 30K for the deployment 'gpt-4.1-batch'. Please either increase the limit",
    30_000,
  ],
  ['The number of enqueued tokens has surpassed the configured limit of 1.5M for the deployment', 1_500_000],
  ['Enqueued token limit reached for gpt-6-luna', undefined],
  [
    'Enqueued request limit reached for text-embedding-3-small in organization org-X. Limit: 1,000,000 enqueued requests.',
    undefined,
  ],
  ['Enqueued tokens: limit: 1,000,000 enqueued requests', undefined],
  ['Limit: 0 enqueued tokens', undefined],
  ['Limit: 999999999999999999999999 enqueued tokens', undefined],
  ['Cannot find file file-1', undefined],
  ['', undefined],
] as const) {
  reading(`${expected} from "${message.slice(0, 60)}"`, () => {
    assert.is(readEnqueuedLimit(message), expected)
  })
}

reading.run()
