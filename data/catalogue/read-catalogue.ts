import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { DataError } from '../data-error.js'
import { builtInCatalogue, type Catalogue, makeCatalogue } from './catalogue.js'
import { type Detail, type ImageRule, type ModelRow, details } from './model-row.js'
import { decimalText } from './standard-pricing.js'

const usd = z
  .union([z.number().min(0).max(1_000_000).transform(decimalText), z.string()])
  .refine((text) => /^\d{1,7}(\.\d{1,9})?$/.test(text), 'expected dollars with at most nine decimals')
/** Prices are multiplied with it in thousandths, exactly. */
const factor = z.number().min(0).max(1).multipleOf(0.001)
const day = z.iso.date()
const fit = z.strictObject({
  max_side_px: z.int().min(32).nullable(),
  budget: z.int().min(1).nullable(),
})
const patchFits = z.strictObject({ low: fit, high: fit, auto: fit } satisfies Record<Detail, typeof fit>)

/** What a person may say of a model; what is left out is as it is built in, or as the model that it is `like`. */
const overrideSchema = z.strictObject({
  /** A model that is built in, for all that is not said here; needed for one that is not. */
  like: z.string().optional(),
  /** Dollars per million tokens. */
  input: usd.optional(),
  cached_input: usd.optional(),
  output: usd.optional(),
  /** The part of these prices that is charged in a batch, and in the flex tier. */
  batch_factor: factor.optional(),
  flex_factor: factor.optional(),
  /** How a picture is counted: in tiles of 512 px, or in patches of 32 px. */
  tile: z.strictObject({ base: z.int().min(0), per_tile: z.int().min(0) }).optional(),
  patch: z.strictObject({ multiplier: z.number().min(0).max(100), fit: patchFits }).optional(),
  takes_temperature: z.boolean().optional(),
  least_reasoning_effort: z.enum(['none', 'minimal']).nullable().optional(),
  context_tokens: z.int().min(1).optional(),
  shut_down: z.strictObject({ date: day, replacement: z.string() }).nullable().optional(),
  /** The day on which this was true, and where it was read. */
  as_of: day,
  source: z.string().optional(),
})

type Override = z.infer<typeof overrideSchema>

/**
 * The catalogue of a home: what is built in, and over it what its `models.json` says, an object of model ids.
 *
 * @param path  of the file; the catalogue is what is built in when there is none.
 * @throws DataError `bad_catalogue` when the file is not JSON or a value is not allowed, `unknown_model` when a model is
 *   `like` one that is not built in.
 */
export async function readCatalogue(path: string): Promise<Catalogue> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return builtInCatalogue
  const rows = new Map(builtInCatalogue.models.map((model) => [model.id, model]))
  for (const [id, override] of Object.entries(check(parse(text, path), path))) {
    rows.set(id, overridden(id, override, path))
  }
  return makeCatalogue([...rows.values()])
}

function overridden(id: string, override: Override, path: string): ModelRow {
  const base = baseOf(id, override, path)
  const isItself = override.like === undefined || base.id === id
  const source = { name: override.source ?? path, asOf: override.as_of }
  const { prices, laneFactors, parameters } = base
  const rule = imageRuleOf(override)
  const effort = override.least_reasoning_effort
  return {
    ...base,
    id,
    prices: {
      input: override.input ?? prices.input,
      cachedInput: override.cached_input ?? override.input ?? prices.cachedInput,
      output: override.output ?? prices.output,
    },
    laneFactors: {
      individual: 1,
      batch: override.batch_factor ?? laneFactors.batch,
      flex: override.flex_factor ?? laneFactors.flex,
    },
    // Another model may be like one in its tokens; its surcharges are its own.
    longContext: isItself ? base.longContext : undefined,
    imageRule: rule ?? base.imageRule,
    contextTokens: override.context_tokens ?? base.contextTokens,
    parameters: {
      temperature: override.takes_temperature ?? parameters.temperature,
      leastReasoningEffort: effort === undefined ? parameters.leastReasoningEffort : (effort ?? undefined),
    },
    shutDown: override.shut_down === undefined ? base.shutDown : (override.shut_down ?? undefined),
    sources: {
      prices: source,
      imageRule: rule ? source : base.sources.imageRule,
      shutDown: override.shut_down === undefined ? base.sources.shutDown : source,
    },
    isConfirmed: rule !== undefined || (isItself && base.isConfirmed),
  }
}

/** What is built in of the model, or of the one that it is like. */
function baseOf(id: string, { like }: Override, path: string): ModelRow {
  try {
    return builtInCatalogue.get(like ?? id)
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    const said =
      like === undefined ? 'is not built in, and says not what it is "like"' : `is "like" "${like}"`
    throw new DataError({
      code: 'unknown_model',
      message: `"${path}": "${id}" ${said}; ${error.message}`,
      hint: 'Say which model that is built in it is like ("like": "gpt-4o"), and what is different.',
      cause: error,
    })
  }
}

function imageRuleOf({ tile, patch }: Override): ImageRule | undefined {
  if (tile) return { family: 'tile', base: tile.base, perTile: tile.per_tile }
  if (!patch) return undefined
  const fitOf = ({ max_side_px: maxSidePx, budget }: z.infer<typeof fit>) => ({
    maxSidePx: maxSidePx ?? undefined,
    budget: budget ?? undefined,
  })
  const fits = Object.fromEntries(details.map((detail) => [detail, fitOf(patch.fit[detail])]))
  return {
    family: 'patch',
    multiplier: patch.multiplier,
    fit: fits as Record<Detail, ReturnType<typeof fitOf>>,
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw badCatalogue(`"${path}" is not JSON: ${(error as Error).message}`)
  }
}

function check(value: unknown, path: string): Record<string, Override> {
  const checked = z.record(z.string().min(1), overrideSchema).safeParse(value)
  if (checked.success) return checked.data
  throw badCatalogue(`"${path}" is not usable: ${z.prettifyError(checked.error).replace(/\s+/g, ' ')}`)
}

function badCatalogue(message: string): DataError {
  const hint = 'It holds an object of model ids; docs/money.md shows one. Nothing was sent.'
  return new DataError({ code: 'bad_catalogue', message, hint })
}
