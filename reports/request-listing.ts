import type { ListedRequest } from '../data/records/requests.js'
import { customId } from '../pipeline/batch/custom-id.js'
import type { Listing } from './listing.js'

export const requestListing: Listing<ListedRequest> = {
  columns: [
    { title: 'request', align: 'right' },
    { title: 'state' },
    { title: 'attempts', align: 'right' },
    { title: 'batch' },
    { title: 'reason' },
  ],
  cells: ({ id, state, attempts, provider_batch_id, reason, detail }) => [
    String(id),
    state,
    String(attempts),
    provider_batch_id ?? '',
    reason === null ? '' : `${reason}: ${detail ?? ''}`,
  ],
  json: ({ state, attempts, provider_batch_id, reason, detail, ...request }) => ({
    custom_id: customId(request),
    state,
    attempts,
    batch: provider_batch_id,
    reason,
    detail,
  }),
  empty: 'No requests yet. Make them with: hemline materialize',
}
