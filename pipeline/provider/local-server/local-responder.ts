import sharp, { type Metadata } from 'sharp'
import { type Clock, systemClock } from '../../clock.js'
import { isExpected } from '../../errors.js'
import { countUsage, cutToTokens } from './count-usage.js'
import { type ImageDetail, requireModel } from './image-token-rules.js'
import { unixSeconds } from './instant.js'
import { newId } from './new-id.js'
import { type Prompt, readPrompt } from './read-prompt.js'
import { type ChatRequest, type ChatResponse, type Respond, RespondError } from './respond.js'

/** What is given to whoever answers in the place of a model. */
export type AnalyserInput = Pick<Prompt, 'images' | 'text' | 'responseFormatName' | 'schema'> & {
  model: string
}

/**
 * Writes the content of an answer. What the request got wrong (a structure that it does not know, a picture that it cannot
 * read) is thrown as `RespondError`, or as an error for people, which then is told with status 400.
 */
export type Analyse = (input: AnalyserInput) => Promise<string>

/** The formats that the API takes (guide "Images and vision"). */
const FORMATS = ['jpeg', 'png', 'webp', 'gif']

/**
 * A responder that answers on this machine, without a model: the content is the analyser's, and the usage is what the named
 * model would have billed for the request and this answer.
 */
export function localResponder(analyse: Analyse, clock: Clock = systemClock): Respond {
  return async (request) => {
    const { model } = request
    requireModel(model)
    const prompt = readPrompt(request)
    const images = await Promise.all(prompt.images.map(measure))
    const whole = await askAnalyser(analyse, { ...prompt, model })
    const { content, isCut } = await cutToTokens(whole, prompt.mostTokens ?? Infinity)
    const { messages, schema } = prompt
    const usage = await countUsage({ model, messages, images, schema, content })
    return completion(request, { content, isCut, usage, created: unixSeconds(clock.now()) })
  }
}

async function askAnalyser(analyse: Analyse, input: AnalyserInput): Promise<string> {
  try {
    return await analyse(input)
  } catch (error) {
    if (!isExpected(error)) throw error
    throw new RespondError({ status: 400, code: error.code, message: error.message })
  }
}

type Measured = { width: number; height: number; detail: ImageDetail }

/** Reads the picture's size from its own bytes; whether the rest of it can be decoded is the analyser's to find out. */
async function measure({ bytes, detail }: Prompt['images'][number]): Promise<Measured> {
  const { format, width, height, pages = 1 } = await readHeader(bytes)
  if (!FORMATS.includes(format))
    throw invalidImage(`The format ${format} is not one of ${FORMATS.join(', ')}.`)
  if (pages > 1) throw invalidImage('Animated pictures are not supported.')
  return { width, height, detail }
}

async function readHeader(bytes: Buffer): Promise<Metadata> {
  try {
    return await sharp(bytes).metadata()
  } catch (error) {
    throw invalidImage(`The picture cannot be read: ${(error as Error).message}.`)
  }
}

function invalidImage(message: string): RespondError {
  return new RespondError({ status: 400, code: 'invalid_image_format', message, param: 'messages' })
}

function completion(
  { model, service_tier: tier }: ChatRequest,
  answer: { content: string; isCut: boolean; usage: NonNullable<ChatResponse['usage']>; created: number },
): ChatResponse {
  return {
    id: newId('chatcmpl-'),
    object: 'chat.completion',
    created: answer.created,
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: answer.content, refusal: null },
        logprobs: null,
        finish_reason: answer.isCut ? 'length' : 'stop',
      },
    ],
    usage: answer.usage,
    service_tier: tier === 'flex' ? 'flex' : 'default',
    system_fingerprint: 'fp_hemline_local',
  }
}
