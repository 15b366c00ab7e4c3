import { pixelAnalyst } from '../assets/pixel-analyst/pixel-analyst.js'
import { systemClock } from '../pipeline/clock.js'
import { localResponder } from '../pipeline/provider/local-server/local-responder.js'
import type { Respond } from '../pipeline/provider/local-server/respond.js'
import { upstreamResponder } from '../pipeline/provider/local-server/upstream-responder.js'

/**
 * What answers the requests of the local server: a chat endpoint that the user runs, or the built-in analyser, which
 * tells what pixels tell and nothing more.
 *
 * @param upstream  base URL of an OpenAI-compatible endpoint; its key, if it wants one, is `HEMLINE_UPSTREAM_KEY`. Never
 *   `OPENAI_API_KEY`: a key for OpenAI must not go anywhere else unasked.
 */
export function chooseResponder(upstream: string | undefined, env: NodeJS.ProcessEnv): Respond {
  if (upstream !== undefined) {
    const apiKey = env['HEMLINE_UPSTREAM_KEY']
    return upstreamResponder({ baseUrl: upstream, clock: systemClock, ...(apiKey ? { apiKey } : {}) })
  }
  return localResponder(pixelAnalyst())
}
