import type { ListedFailure } from '../data/records/failures.js'
import { customId } from '../pipeline/batch/custom-id.js'
import type { Listing } from './listing.js'

export const failureListing: Listing<ListedFailure> = {
  columns: [
    { title: 'request', align: 'right' },
    { title: 'try', align: 'right' },
    { title: 'code' },
    { title: 'message' },
    { title: 'batch' },
    { title: 'request is now' },
  ],
  cells: (failure) => [
    String(failure.request_id),
    String(failure.attempt),
    failure.code,
    failure.message,
    failure.provider_batch_id ?? '',
    failure.request_state,
  ],
  json: (failure) => ({
    custom_id: customId({ id: failure.request_id, fingerprint: failure.fingerprint }),
    attempt: failure.attempt,
    code: failure.code,
    message: failure.message,
    is_retryable: failure.is_retryable === 1,
    batch: failure.provider_batch_id,
    request_state: failure.request_state,
    failed_at: failure.failed_at,
  }),
  empty: 'No request has failed.',
}
