import type { Settings } from '../assets/settings.js'
import type { Db } from '../data/database.js'
import type { Home } from '../data/home.js'
import { ensureAccount } from '../data/records/accounts.js'
import type { BatchContext } from '../pipeline/batch/batch-context.js'
import type { Clock } from '../pipeline/clock.js'
import { HemlineError } from '../pipeline/errors.js'
import { makeMask } from '../pipeline/mask.js'
import type { Provider } from '../pipeline/provider/provider.js'

const OPENAI_BASE_URL = 'https://api.openai.com/v1'
/** The embedded server listens on another port at every start, but it is the same account. */
const LOCAL_ACCOUNT = { baseUrl: 'local', keyDigest: 'local' }

export type Connection = Pick<BatchContext, 'provider' | 'accountId'>

/** A connection that is made, and whose code is loaded, on first use; it is closed once. */
export type Connect = (db: Db) => Promise<Connection>
export type LazyConnection = { connect: Connect; close(): Promise<void> }
type Opened = { provider: Provider; close(): Promise<void> }

/**
 * Prepares the provider that the settings name. Nothing is started or sent before the first `connect`.
 *
 * @throws HemlineError at once, when the provider is `openai`: `no_key` without a key, `bad_key` for one that
 *   cannot be sent, `bad_base_url` for a base URL that cannot be one.
 */
export function prepareConnection(
  { provider: name }: Pick<Settings, 'provider'>,
  home: Home,
  env: NodeJS.ProcessEnv,
  clock: Clock,
): LazyConnection {
  const open = name === 'local' ? () => startEmbedded(home, clock) : () => openRemote(apiKeyOf(env), env)
  if (name === 'openai') {
    apiKeyOf(env)
    baseUrlOf(env)
  }
  let opened: Promise<Opened> | undefined
  return {
    async connect(db) {
      opened ??= open()
      const { provider } = await opened
      return { provider, accountId: await ensureAccount(db, provider.account, clock.now()) }
    },
    async close() {
      // One that could not be opened was told where it was needed.
      const connection = await opened?.catch(() => undefined)
      await connection?.close()
    },
  }
}

/** @throws HemlineError `no_key`, `bad_key`. */
export function apiKeyOf(env: NodeJS.ProcessEnv): string {
  const apiKey = env['OPENAI_API_KEY']?.trim()
  if (apiKey) return checkedKey(apiKey)
  throw new HemlineError({
    code: 'no_key',
    message: 'There is no OPENAI_API_KEY, so nothing can be sent to OpenAI.',
    hint: 'Set OPENAI_API_KEY (in the environment or in a .env file here), or try everything without a key: --provider local.',
  })
}

/** A key that was pasted with a dash or quote of a text program cannot be sent at all. */
function checkedKey(apiKey: string): string {
  const strange = apiKey.search(/[^!-~]/)
  if (strange === -1) return apiKey
  throw new HemlineError({
    code: 'bad_key',
    message: `OPENAI_API_KEY holds something that no key holds, as character ${strange + 1} of ${apiKey.length}.`,
    hint: 'Copy the key again, by itself: no quotes, blanks or line breaks.',
  })
}

/** The base URL is stored with every batch, and no call can be sent to one with a password in it. */
export function baseUrlOf(env: NodeJS.ProcessEnv): string {
  const text = (env['OPENAI_BASE_URL']?.trim() || OPENAI_BASE_URL).replace(/\/+$/, '')
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && ['https:', 'http:'].includes(url.protocol) && !url.username && !url.password) return text
  throw new HemlineError({
    code: 'bad_base_url',
    message: `OPENAI_BASE_URL is "${makeMask([])(text)}", which is not an http or https URL without a user name and password.`,
    hint: 'Name the part of the address up to and with /v1, and put the key into OPENAI_API_KEY.',
  })
}

async function openRemote(apiKey: string, env: NodeJS.ProcessEnv): Promise<Opened> {
  const { openaiProvider } = await import('../pipeline/provider/openai-provider.js')
  return { provider: openaiProvider({ apiKey, baseUrl: baseUrlOf(env) }), close: async () => {} }
}

async function startEmbedded(home: Home, clock: Clock): Promise<Opened> {
  const [{ openaiProvider }, { startLocalServer }, { chooseResponder }] = await Promise.all([
    import('../pipeline/provider/openai-provider.js'),
    import('../pipeline/provider/local-server/local-server.js'),
    import('./local-responder.js'),
  ])
  const server = await startLocalServer({
    directory: home.localProvider,
    respond: chooseResponder(undefined, process.env),
    clock,
  })
  const provider = openaiProvider({
    apiKey: 'local',
    baseUrl: server.url,
    account: LOCAL_ACCOUNT,
    // It lists what it made at once.
    listLagMs: 0,
  })
  return { provider, close: () => server.close() }
}
