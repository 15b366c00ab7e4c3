import { BATCH_API_LIMITS } from '../pipeline/batch/part-limits.js'
import type { Settings } from './settings.js'

/** Everything but the pictures' place, which only a person knows. */
export const defaultSettings: Omit<Settings, 'images'> = {
  provider: 'openai',
  model: 'gpt-6-luna',
  detail: 'low',
  profile: 'compact',
  max_side_px: 512,
  jpeg_quality: 80,
  part_requests: BATCH_API_LIMITS.requests,
  part_bytes: BATCH_API_LIMITS.bytes,
  enqueued_tokens: null,
}
