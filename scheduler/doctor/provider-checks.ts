import type { Mask } from '../../pipeline/mask.js'
import type { Finding } from '../../reports/checkup.js'
import { formatCountOf, formatDuration } from '../../reports/numbers.js'
import { apiKeyOf, baseUrlOf } from '../connect.js'
import { failure } from './home-checks.js'

const TIMEOUT_MS = 10_000
/** A signed webhook may be so old; a clock that is further off refuses all of them. */
const CLOCK_TOLERANCE_MS = 5 * 60_000

/** Whether the key and the base URL can be used, as they stand in the environment. */
export function checkKey(env: NodeJS.ProcessEnv): Finding[] {
  return [
    attempt('key', () => `${formatCountOf(apiKeyOf(env).length, 'character')} in OPENAI_API_KEY`),
    attempt('base URL', () => baseUrlOf(env)),
  ]
}

function attempt(check: string, find: () => string): Finding {
  try {
    return { check, state: 'ok', finding: find() }
  } catch (error) {
    return failure(check, error)
  }
}

/**
 * Asks the provider for its list of batches: shows that it is in reach, takes the key, has a Batch API, and agrees with
 * this machine about the time. Costs nothing and changes nothing.
 *
 * @param now  the time of this machine, asked when the answer is there.
 */
export async function checkProvider(env: NodeJS.ProcessEnv, now: () => Date, mask: Mask): Promise<Finding[]> {
  const url = `${baseUrlOf(env)}/batches?limit=1`
  let answer: Response
  try {
    answer = await fetch(url, {
      headers: { authorization: `Bearer ${apiKeyOf(env)}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await answer.body?.cancel()
  } catch (error) {
    const { cause, message } = error as Error
    const finding = mask(`no answer from ${url}: ${cause instanceof Error ? cause.message : message}`)
    const fix = 'Check the network, a proxy or firewall, and OPENAI_BASE_URL (it ends with /v1).'
    return [{ check: 'provider', state: 'failed', finding, fix }]
  }
  return [judgeAnswer(answer.status, url), ...checkClock(answer.headers.get('date'), now())]
}

function judgeAnswer(status: number, url: string): Finding {
  const check = 'provider'
  if (status === 200) return { check, state: 'ok', finding: 'takes the key, and has a Batch API' }
  const finding = `HTTP ${status} from ${url}`
  if (status === 401 || status === 403) {
    const fix = 'The key is not taken: make a new one, or allow this one to read and write batches and files.'
    return { check, state: 'failed', finding, fix }
  }
  if (status === 404) {
    const fix =
      'There is no Batch API at this base URL. It ends with /v1; for Ollama, vLLM and others: hemline serve-local --upstream URL'
    return { check, state: 'failed', finding, fix }
  }
  return { check, state: 'warning', finding, fix: 'The provider may be busy: try again in a minute.' }
}

function checkClock(date: string | null, now: Date): Finding[] {
  const theirs = Date.parse(date ?? '')
  if (Number.isNaN(theirs)) return []
  const off = Math.abs(now.getTime() - theirs)
  const check = 'clock'
  if (off < CLOCK_TOLERANCE_MS) return [{ check, state: 'ok', finding: 'agrees with the provider’s' }]
  const finding = `${formatDuration(off)} away from the provider’s`
  return [{ check, state: 'warning', finding, fix: 'Let the system set its clock by the network (NTP).' }]
}
