import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import type { Batch } from 'openai/resources/batches'
import { type Clock, systemClock } from '../../../../pipeline/clock.js'
import {
  type LocalServerOptions,
  startLocalServer,
} from '../../../../pipeline/provider/local-server/local-server.js'
import type { ChatRequest, ChatResponse } from '../../../../pipeline/provider/local-server/respond.js'
import { checkedFetch } from './contract.js'

/** A running server in a folder of its own, and the real SDK, whose every answer is held against the contract. */
export type World = AsyncDisposable & {
  directory: string
  url: string
  client: OpenAI
  clock: Clock
  /** What the server logged, as `event {fields}`. */
  events: string[]
  close(): Promise<void>
  /** Closes the server and starts another in the same folder. */
  restart(): Promise<void>
}

export async function makeWorld(options: Partial<LocalServerOptions> = {}): Promise<World> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'hemline-server-')))
  const clock = options.clock ?? systemClock
  const events: string[] = []
  const start = async () =>
    startLocalServer({
      respond: async (request) => answerTo(request),
      log: (event, fields) => events.push(`${event} ${JSON.stringify(fields)}`),
      ...options,
      directory,
      clock,
    })
  let server = await start()
  const world: World = {
    directory,
    url: server.url,
    client: clientOf(server.url),
    clock,
    events,
    close: () => server.close(),
    async restart() {
      await server.close()
      server = await start()
      world.url = server.url
      world.client = clientOf(server.url)
    },
    async [Symbol.asyncDispose]() {
      await server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
  return world
}

export function clientOf(url: string): OpenAI {
  return new OpenAI({ apiKey: 'any', baseURL: url, maxRetries: 0, fetch: checkedFetch })
}

/** The answer that the test responder gives: the text of the last message, in capitals. */
export function answerTo({ model, messages }: ChatRequest): ChatResponse {
  const { content } = messages.at(-1) as { content: string }
  return {
    id: 'chatcmpl-test',
    object: 'chat.completion',
    created: 1_795_000_000,
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: content.toUpperCase(), refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: 10,
      completion_tokens: 2,
      total_tokens: 12,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 1 },
    },
  }
}

export function taskLine(customId: string, text: string, body: Record<string, unknown> = {}): string {
  return JSON.stringify({
    custom_id: customId,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'gpt-6-luna', messages: [{ role: 'user', content: text }], ...body },
  })
}

/** A file of so many lines, with the custom ids `line-0`, `line-1`, ... and the texts `text 0`, `text 1`, ... */
export function tasks(count: number): string {
  return Array.from({ length: count }, (_, at) => `${taskLine(`line-${at}`, `text ${at}`)}\n`).join('')
}

export async function upload(
  client: OpenAI,
  content: string | Buffer,
  name = 'tasks.jsonl',
): Promise<string> {
  const { id } = await client.files.create({ file: new File([content], name), purpose: 'batch' })
  return id
}

export async function createBatch(client: OpenAI, inputFileId: string): Promise<Batch> {
  return client.batches.create({
    input_file_id: inputFileId,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  })
}

/** Uploads the lines and creates a batch of them. */
export async function submit(client: OpenAI, content: string | Buffer): Promise<Batch> {
  return createBatch(client, await upload(client, content))
}

const PATIENCE_MS = 20_000

/** Looks at the batch until it is as wanted. */
export async function batchWhen(
  client: OpenAI,
  id: string,
  isWanted: Batch['status'] | ((batch: Batch) => boolean),
): Promise<Batch> {
  const test = typeof isWanted === 'string' ? (batch: Batch) => batch.status === isWanted : isWanted
  let seen: Batch | undefined
  await until(
    async () => test((seen = await client.batches.retrieve(id))),
    () => JSON.stringify(seen),
  )
  return seen!
}

/** Waits until it holds, and says what was seen instead when it never does. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  seen: () => string = String,
): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`it never came to be: ${seen()}`)
    await systemClock.sleep(10)
  }
}

export async function textOf(client: OpenAI, fileId: string | null | undefined): Promise<string> {
  if (!fileId) throw new Error('there is no such file')
  return (await client.files.content(fileId)).text()
}

/** What the SDK throws for an answer that is an error. */
export async function refusal(promise: Promise<unknown>): Promise<{
  status: number
  code: string | null
  param: string | null
  type: string
  message: string
}> {
  try {
    await promise
  } catch (error) {
    if (error instanceof OpenAI.APIError) return error as never
    throw error
  }
  throw new Error('expected an answer that is an error')
}
