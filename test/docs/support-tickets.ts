import { readFile } from 'node:fs/promises'
import type { Db } from 'hemline/data/database'
import { findBatches } from 'hemline/data/records/batches'
import { findParts } from 'hemline/data/records/parts'
import { ensureRecipe } from 'hemline/data/records/recipes'
import { ensureRequests, listRequests } from 'hemline/data/records/requests'
import type { AnswerRules } from 'hemline/pipeline/batch/answer-rules'
import type { BatchContext } from 'hemline/pipeline/batch/batch-context'
import { type TaskLine, buildParts } from 'hemline/pipeline/batch/build-parts'
import { collectBatch } from 'hemline/pipeline/batch/collect'
import { customId } from 'hemline/pipeline/batch/custom-id'
import { BATCH_API_LIMITS } from 'hemline/pipeline/batch/part-limits'
import { pollOpenBatches } from 'hemline/pipeline/batch/poll'
import { submitPart } from 'hemline/pipeline/batch/submit'
import { assetKit, done, waiting } from 'hemline/pipeline/engine/asset'
import { defineGraph } from 'hemline/pipeline/engine/graph'
import { digest } from 'hemline/pipeline/engine/versions'

/** What the steps work with: the batch machinery's own context, and the file with the tickets, one a line. */
export type Desk = BatchContext & { file: string; db: Db }

const { defineSource, defineAsset } = assetKit<Desk>()
const MODEL = 'gpt-6-luna'
const PROMPT = 'Which team is this support ticket for? Answer with one word: billing, delivery or returns.'
const POLL_MS = 200

const tickets = defineSource({
  key: 'tickets',
  describe: 'Support tickets, one a line.',
  async observe({ file }) {
    const lines = await readTickets(file)
    return { dataVersion: digest(lines), metadata: { tickets: lines.length } }
  },
})

const labels = defineAsset({
  key: 'labels',
  describe: 'The team that each ticket is for.',
  codeVersion: '1',
  needs: { tickets },
  async pending(db) {
    const [some] = await listRequests(db, { state: 'pending', afterId: 0, limit: 1 })
    return some && 'tickets wait to be asked about again'
  },
  async materialize(_inputs, context) {
    await sendNewTickets(context)
    await collectAnswers(context)
    const open = await findBatches(context.db, ['open'])
    if (open.length > 0) return waiting(new Date(context.clock.now().getTime() + POLL_MS), 'at the provider')
    const answers = await context.db.selectFrom('answers').select(['request_id', 'digest']).execute()
    const version = digest(answers.map((answer) => `${answer.request_id} ${answer.digest}`))
    return done({ dataVersion: version, metadata: { labels: answers.length } })
  },
})

export const graph = defineGraph<Desk>([tickets, labels])

/** Equal tickets are one request, for ever; one that was asked is not pending, and so is never asked again. */
async function sendNewTickets(context: Desk): Promise<void> {
  const { db, pathOf, clock } = context
  const recipe = { model: MODEL, profile: 'tickets', body: JSON.stringify({ prompt: PROMPT }) }
  const recipeDigest = digest([recipe.model, recipe.profile, recipe.body])
  const recipeId = await ensureRecipe(db, { ...recipe, digest: recipeDigest }, clock.now())
  const byFingerprint = new Map<string, string>()
  for (const ticket of await readTickets(context.file)) {
    byFingerprint.set(digest([recipeDigest, ticket]).slice(0, 40), ticket)
  }
  await ensureRequests(db, recipeId, [...byFingerprint.keys()])
  await buildParts(taskLines(db, byFingerprint), {
    ...{ db, recipeId, pathOf, now: clock.now(), folder: 'batch_jobs', prefix: 'tickets' },
    recipe: { ...recipe, digest: recipeDigest },
    limits: { ...BATCH_API_LIMITS, tokens: undefined },
  })
  // A part whose submission is in doubt stays `built`: the next look goes on with it.
  for (const part of await findParts(db, 'built')) await submitPart(part, context)
}

async function* taskLines(db: Db, tickets: ReadonlyMap<string, string>): AsyncGenerator<TaskLine> {
  const pending = await listRequests(db, { state: 'pending', afterId: 0, limit: 50_000 })
  for (const request of pending) {
    const ticket = tickets.get(request.fingerprint)
    if (ticket === undefined) continue
    const messages = [
      { role: 'system', content: PROMPT },
      { role: 'user', content: ticket },
    ]
    const body = { model: MODEL, messages, max_completion_tokens: 500 }
    const name = customId(request)
    const line = { custom_id: name, method: 'POST', url: '/v1/chat/completions', body }
    const inputTokens = Math.ceil((PROMPT.length + ticket.length) / 4)
    yield {
      requestId: request.id,
      customId: name,
      line: Buffer.from(`${JSON.stringify(line)}\n`),
      inputTokens,
      imageTokens: 0,
    }
  }
}

async function collectAnswers(context: Desk): Promise<void> {
  await pollOpenBatches(POLL_MS, context)
  for (const batch of await findBatches(context.db, ['ended'])) await collectBatch(batch, rules, context)
}

/** An answer that is none of the three is a failure, is charged, and is asked again, three times at most. */
const rules: AnswerRules = {
  readAnswer: (content) =>
    ['billing', 'delivery', 'returns'].includes(content)
      ? { ok: true, body: JSON.stringify({ team: content }) }
      : { ok: false, code: 'unknown_team', message: `"${content}" is not a team` },
  // Half of $0.10 and $0.60 a million tokens, in billionths of a dollar.
  price: ({ inputTokens, outputTokens }) => ({
    price: 'by hand',
    costNanoUsd: inputTokens * 50 + outputTokens * 300,
  }),
}

async function readTickets(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
}
