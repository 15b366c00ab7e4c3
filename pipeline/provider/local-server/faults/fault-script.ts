import leven from 'leven'
import * as z from 'zod'
import { HemlineError } from '../../../errors.js'

/**
 * Everything that a batch provider was seen to do to its clients, by name. Of `call` faults the subject is a call, of
 * `batch` faults a batch, of `line` faults one line of its results.
 */
export const faultKinds = {
  /** The connection is dropped before the server acts. */
  drop_request: 'call',
  /** The server acts, and the connection is dropped before it answers. */
  drop_answer: 'call',
  /** The server acts, and answers `status` (500). */
  error_after: 'call',
  /** The server answers `status` (503) and does not act; 429 and 503 with Retry-After. */
  error_before: 'call',
  /** The server acts, and answers after `ms`. */
  slow: 'call',
  /** Half of the answer's body comes, then the connection is dropped. */
  cut_answer: 'call',
  /** The first page of a list lacks its newest entry. */
  lag: 'call',
  /** `count` (150) batches of strangers stand before ours in the list of batches. */
  strangers: 'call',
  /** The batch or file is not known any more. */
  gone: 'call',
  /** Validation fails with `code` and `message`; nothing runs. */
  reject: 'batch',
  /** No line after the first `lines` (1) is answered; the batch expires. */
  expire: 'batch',
  /** No line after the first `lines` (1) is answered; somebody cancels the batch. */
  cancel: 'batch',
  /** Its first `looks` (3) show the status `status` ("in_progress"), also one that nobody knows. */
  stall: 'batch',
  /** It is over, and its first `looks` (2) after that name no output file. */
  late_output: 'batch',
  /** Its error file is named "" when it has none. */
  blank_error_file: 'batch',
  /** Its counts do not match its files. */
  wrong_counts: 'batch',
  /** Its usage is another than that of its lines. */
  wrong_usage: 'batch',
  /** It tells no usage. */
  no_usage: 'batch',
  /** The line failed with `status` (500). */
  line_error: 'line',
  line_expired: 'line',
  line_cancelled: 'line',
  /** `status_code: 0`, an empty body, and no error. */
  line_status_0: 'line',
  line_not_json: 'line',
  /** 200 with an empty body. */
  line_empty: 'line',
  line_bad_utf8: 'line',
  line_repeated: 'line',
  line_missing: 'line',
  /** Beside the line stands one with a custom_id that nobody sent. */
  line_foreign: 'line',
  line_refused: 'line',
  /** The answer is cut off in the middle of its JSON. */
  line_cut: 'line',
  /** The answer is JSON, but not of the schema that was asked for. */
  line_off_schema: 'line',
} as const satisfies Record<string, 'call' | 'batch' | 'line'>

export type Fault = keyof typeof faultKinds

const faults = Object.keys(faultKinds) as [Fault, ...Fault[]]

const ruleSchema = z.strictObject({
  fault: z.enum(faults),
  /** Only calls that begin so, such as `POST /v1/batches`. */
  on: z.string().optional(),
  /** How likely each subject is hit. */
  chance: z.number().min(0).max(1).default(1),
  /** At most so many are. */
  times: z.int().min(1).optional(),
  /** The first so many are not. */
  after: z.int().min(0).default(0),
  status: z.union([z.int(), z.string()]).optional(),
  ms: z.int().min(0).max(3_600_000).optional(),
  count: z.int().min(1).max(10_000).optional(),
  lines: z.int().min(0).optional(),
  looks: z.int().min(1).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
})

const scriptSchema = z.strictObject({ seed: z.int().default(1), rules: z.array(ruleSchema) })

export type FaultRule = z.infer<typeof ruleSchema>
/** Which faults happen, to what, and how often; rules may be combined. */
export type FaultScript = z.infer<typeof scriptSchema>

/** @throws HemlineError `bad_fault_script` with what is wrong, and for an unknown fault the nearest one. */
export function parseFaultScript(value: unknown): FaultScript {
  const parsed = scriptSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const unknown = namesOf(value).find((name) => !Object.hasOwn(faultKinds, name))
  const nearest = unknown && faults.toSorted((a, b) => leven(a, unknown) - leven(b, unknown))[0]
  throw new HemlineError({
    code: 'bad_fault_script',
    message: unknown
      ? `no fault "${unknown}"; did you mean "${nearest}"?`
      : `the fault script is not usable: ${z.prettifyError(parsed.error).replace(/\s+/g, ' ')}`,
    hint: `There are ${faults.join(', ')}.`,
  })
}

function namesOf(value: unknown): string[] {
  const rules = (value as { rules?: unknown } | null)?.rules
  if (!Array.isArray(rules)) return []
  return rules.flatMap((rule: { fault?: unknown } | null) =>
    typeof rule?.fault === 'string' ? [rule.fault] : [],
  )
}
