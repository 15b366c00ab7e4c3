import { UnknownSchemaError, pixelAnalyst } from '../assets/pixel-analyst/pixel-analyst.js'
import { systemClock } from '../pipeline/clock.js'
import { localResponder } from '../pipeline/provider/local-server/local-responder.js'
import { type Respond, RespondError } from '../pipeline/provider/local-server/respond.js'
import { upstreamResponder } from '../pipeline/provider/local-server/upstream-responder.js'

/**
 * What answers the requests of the local server: a chat endpoint that the user runs, or the built-in analyser, which
 * tells what pixels tell and nothing more.
 *
 * @param upstream  base URL of an OpenAI-compatible endpoint; its key, if it wants one, is `OPENAI_API_KEY`.
 */
export function chooseResponder(upstream: string | undefined, env: NodeJS.ProcessEnv): Respond {
  if (upstream !== undefined) {
    const apiKey = env['OPENAI_API_KEY']
    return upstreamResponder({ baseUrl: upstream, clock: systemClock, ...(apiKey ? { apiKey } : {}) })
  }
  const analyse = pixelAnalyst()
  return localResponder(async (input) => {
    try {
      return await analyse(input)
    } catch (error) {
      if (!(error instanceof UnknownSchemaError)) throw error
      throw new RespondError({
        status: 400,
        code: 'unknown_schema',
        message: error.message,
        param: 'response_format',
      })
    }
  })
}
