import { HemlineError } from '../../pipeline/errors.js'
import { toCompact } from '../analysis/compact.js'
import { profiles } from '../analysis/profile.js'
import type { Analysis } from '../analysis/schema.js'
import { analysePixels, analysisWithoutPicture } from './analyse-pixels.js'

/** What the analyst is given: decoded pictures, the text beside them, and the name of the response format, if any. */
export type AnalystInput = {
  images: { bytes: Buffer }[]
  text: string
  responseFormatName: string | undefined
}

/** The request wants an answer in a structure that the analyst does not know. */
export class UnknownSchemaError extends HemlineError {
  constructor(name: string) {
    super({
      code: 'unknown_schema',
      message: `the built-in analyst cannot answer in the response format "${name}"`,
      hint: `use one of ${Object.keys(writers).join(', ')}, or no response format`,
    })
    this.name = 'UnknownSchemaError'
  }
}

/** How the answer is written, by the name of the response format. */
const writers: Record<string, (analysis: Analysis) => string> = {
  [profiles.original.responseFormat.json_schema.name]: (analysis) => JSON.stringify(analysis),
  [profiles.compact.responseFormat.json_schema.name]: (analysis) => JSON.stringify(toCompact(analysis)),
}

/**
 * The analyst behind the embedded local server, in the place of a model. It answers about the first picture, as both
 * profiles send one, and does not read the text. Without a response format it answers with the description.
 *
 * The answer rejects with `UnknownSchemaError` or `UnreadableImageError`.
 */
export function pixelAnalyst(): (input: AnalystInput) => Promise<string> {
  return async ({ images, responseFormatName }) => {
    const write = writerFor(responseFormatName)
    const [first] = images
    return write(first === undefined ? analysisWithoutPicture() : await analysePixels(first.bytes))
  }
}

function writerFor(name: string | undefined): (analysis: Analysis) => string {
  if (name === undefined) return (analysis) => analysis.description
  const write = Object.hasOwn(writers, name) ? writers[name] : undefined
  if (write === undefined) throw new UnknownSchemaError(name)
  return write
}
