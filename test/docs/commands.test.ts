import { spawn } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pixelAnalyst } from '../../assets/pixel-analyst/pixel-analyst.js'
import { systemClock } from '../../pipeline/clock.js'
import { localResponder } from '../../pipeline/provider/local-server/local-responder.js'
import { startLocalServer } from '../../pipeline/provider/local-server/local-server.js'

const commands = suite('the commands of README and docs')

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...(await readdir('docs')).map((name) => `docs/${name}`),
].filter((page) => page.endsWith('.md'))

commands('run as they stand, page by page, in a shell of their own', async () => {
  const server = await mkdtemp(join(tmpdir(), 'hemline-docs-'))
  const provider = await startLocalServer({
    directory: server,
    clock: systemClock,
    respond: localResponder(pixelAnalyst()),
  })
  const blocks = await Promise.all(pages.map(async (page) => ({ page, block: await shellBlocks(page) })))
  const queue = blocks.filter(({ block }) => block !== '')
  assert.ok(queue.length >= 5, `only ${queue.length} pages have commands`)
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift())
      await runPage(next.page, next.block, provider.url)
  }
  try {
    // A page that fails must not take the provider from under another one.
    const ended = await Promise.allSettled([work(), work()])
    for (const each of ended) if (each.status === 'rejected') throw each.reason
  } finally {
    await provider.close()
    await rm(server, { recursive: true, force: true })
  }
})

commands('stand beside links that lead somewhere', async () => {
  const dead: string[] = []
  for (const page of pages) {
    const text = await readFile(page, 'utf8')
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)) {
      if (!existsSync(join(dirname(page), target!))) dead.push(`${page} -> ${target}`)
    }
  }
  assert.equal(dead, [])
})

/** What is marked `sh`, one block after another; a block that cannot be run anywhere is marked `console`. */
async function shellBlocks(page: string): Promise<string> {
  const text = await readFile(page, 'utf8')
  return [...text.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block]) => block!).join('\n')
}

/** A home with four pictures, an OpenAI that is not OpenAI, and the built command line where npm and npx would find it. */
async function runPage(page: string, block: string, provider: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hemline-docs-'))
  try {
    await cp('data/samples/images/post-006', join(folder, 'photos', 'post-006'), { recursive: true })
    await mkdir(join(folder, 'bin'))
    for (const [name, script] of Object.entries(shims)) {
      await writeFile(join(folder, 'bin', name), script)
      await chmod(join(folder, 'bin', name), 0o755)
    }
    const { code, output } = await bash(block, folder, provider)
    assert.is(code, 0, `${page} ended with ${code}:\n${output}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const cli = resolve('dist/scheduler/hemline.cjs')

const shims = {
  // What runs until it is stopped is stopped, on a slow machine before it has begun; what waits for a batch does not wait half a minute for it; and whatever base URL
  // a page names, the provider is the one of this test.
  hemline: `#!/bin/bash
export OPENAI_BASE_URL="$PROVIDER"
case "$1 $*" in
  daemon*--once*) ;;
  daemon*|serve-local*|dashboard*) timeout --preserve-status -s TERM 3 node ${cli} "$@" || [ $? = 143 ]; exit ;;
  materialize*) exec node ${cli} "$@" --poll-interval 0.2 ;;
esac
exec node ${cli} "$@"
`,
  npx: '#!/bin/bash\nexec "$@"\n',
  // Installing and testing is what runs this very test.
  npm: `#!/bin/bash
case "$1 $2" in
  'run check'|'run docs'|'run test:long'|ci*|install*|test*) exit 0 ;;
esac
words=$(node -p 'require("${resolve('package.json')}").scripts[process.argv[1]]' "$2")
exec hemline \${words#node dist/scheduler/hemline.cjs }
`,
}

function bash(
  script: string,
  folder: string,
  provider: string,
): Promise<{ code: number | null; output: string }> {
  const { OPENAI_API_KEY: _key, ...outer } = process.env
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: {
      ...{ ...outer, HOME: folder, PATH: `${join(folder, 'bin')}:${outer['PATH']}` },
      ...{ OPENAI_API_KEY: 'local', PROVIDER: provider },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  return new Promise((done) => child.on('close', (code) => done({ code, output })))
}

commands.run()
