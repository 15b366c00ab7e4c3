import { cp, mkdir, writeFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pixelAnalyst } from '../../../assets/pixel-analyst/pixel-analyst.js'
import { localResponder } from '../../../pipeline/provider/local-server/local-responder.js'
import { makeWorld } from '../../pipeline/provider/local-server/world.js'
import { makeDesk, placeSamples } from '../cli.js'
import { chromiumPath, keepLook, openBrowser, openPage, overflow, seriousFlaws } from './browser.js'
import { makeDashboardWorld } from './dashboard-world.js'

const page = suite('the page, in a browser')
const chromium = chromiumPath()

if (chromium === undefined) {
  page('is looked at where a browser is', () => {
    console.log(
      'SKIPPED the page in a browser: there is no chromium; apt-get install chromium, or set CHROMIUM_PATH',
    )
  })
} else {
  page('shows a run from nothing to done, without being loaded again', () => live(chromium))
  page('finds, shows and stays harmless, in both themes and on a phone, and axe finds nothing', () =>
    views(chromium),
  )
}

/** Three pictures, answered one by one, each when the browser has seen the one before. */
async function live(path: string): Promise<void> {
  const steps: (() => void)[] = []
  const answer = localResponder(pixelAnalyst())
  await using server = await makeWorld({
    concurrency: 1,
    async respond(...call) {
      await new Promise<void>((resolve) => void steps.push(resolve))
      return answer(...call)
    },
  })
  await using desk = await makeDesk()
  await placeSamples(desk)
  await using world = await makeDashboardWorld({}, desk.path('.hemline'))
  await using opened = await openBrowser(path)
  const { page: shown, wrong } = await openPage(opened.browser, world.served.url)
  await shown.getByText('Nothing was made here yet').waitFor()
  await keepLook(shown, 'graph-empty')
  let loads = 0
  shown.on('load', () => void loads++)

  await shown.keyboard.press('2')
  await shown.getByRole('heading', { name: 'No batches yet' }).waitFor()
  const env = { OPENAI_API_KEY: 'test', OPENAI_BASE_URL: server.url }
  const images = ['--images', 'samples/images/post-009']
  const running = desk.start(['materialize', '--wait', '--poll-interval', '0.1', ...images], env)
  const bar = shown.getByRole('progressbar')
  for (let done = 0; done < 3; done++) {
    await shown.locator(`[role=progressbar][aria-valuenow="${done}"]`).waitFor()
    if (done === 1) await keepLook(shown, 'batches-live')
    while (steps.length === 0) await shown.waitForTimeout(20)
    steps.shift()!()
  }
  await shown.getByText('3 sent = 3 answered').waitFor()
  assert.is(await bar.getAttribute('aria-valuenow'), '3')
  assert.is((await running.ended).code, 0)
  await shown.keyboard.press('1')
  await shown.getByRole('heading', { name: 'Everything is up to date' }).waitFor()
  await shown.keyboard.press('4')
  await shown.locator('.picture img').nth(2).waitFor()
  assert.is(loads, 0)
  assert.equal(wrong, [])
}

const EVIL = `<img src=x onerror=alert(1)><script>alert(2)</script>"'\`&`

async function views(path: string): Promise<void> {
  await using desk = await makeDesk()
  await placeSamples(desk)
  await cp(desk.path('samples/images/post-009'), desk.path('mine'), { recursive: true })
  await mkdir(desk.path('mine'), { recursive: true })
  await writeFile(desk.path('broken.jpg'), 'no picture')
  const rows = ['01.jpg', '02.jpg', '03.jpg'].map((name) =>
    JSON.stringify({ image: `mine/${name}`, post_id: EVIL, caption: EVIL }),
  )
  const broken = JSON.stringify({
    image: 'broken.jpg',
    post_id: 'a post with something broken',
    caption: 'x',
  })
  await writeFile(desk.path('posts.jsonl'), [...rows, broken].join('\n'))
  const run = await desk.run(['materialize', '--images', 'posts.jsonl', '--provider', 'local', '--wait'])
  assert.is(run.code, 0, run.stderr)
  await using world = await makeDashboardWorld({}, desk.path('.hemline'))
  await using opened = await openBrowser(path)
  const { page: shown, wrong } = await openPage(opened.browser, `${world.served.url}/#/posts`)

  // Strangers' text is text, wherever it stands.
  await shown.getByRole('heading', { name: EVIL }).waitFor()
  assert.is(await shown.locator('.post-text').first().textContent(), EVIL)
  await shown.locator('.picture img').first().click()
  await shown.getByRole('dialog').getByText(EVIL).first().waitFor()
  await shown.getByText('The exact request').click()
  await shown.getByText('/v1/chat/completions').waitFor()
  await keepLook(shown, 'picture')
  assert.equal(await seriousFlaws(shown), [])
  await shown.keyboard.press('Escape')
  await shown.getByRole('dialog').waitFor({ state: 'detached' })

  await shown.getByLabel('State').selectOption('skipped')
  await shown.getByRole('heading', { name: 'a post with something broken' }).waitFor()
  await shown.getByText('1 post of 2').waitFor()
  await shown.getByText('Clear', { exact: true }).click()
  await shown.keyboard.press('/')
  await shown.keyboard.type('nothing of that kind')
  await shown.getByRole('heading', { name: 'Nothing fits' }).waitFor()

  // An address that was cut off in the middle shows the view that it names.
  await shown.goto(`${world.served.url}/#/activity/%E0`)
  await shown.getByRole('heading', { name: 'Activity' }).waitFor()

  // An action: first what it would do and cost, then, after the second click, the thing; then its record.
  await shown.goto(`${world.served.url}/#/graph`)
  await shown.getByRole('button', { name: 'Materialize' }).click()
  await shown.getByText('It is expected to cost').waitFor()
  await keepLook(shown, 'confirm')
  assert.equal(await seriousFlaws(shown), [])
  await shown.getByRole('dialog').getByRole('button', { name: 'Materialize' }).click()
  await shown.getByText(/^Run \d+ began/).waitFor()
  await shown.getByRole('button', { name: 'Close' }).click()
  await shown.goto(`${world.served.url}/#/activity/actions`)
  await shown.getByText('from this page').waitFor()
  assert.equal(wrong, [])
  await shown.close()

  const places = [
    'graph',
    'graph/results',
    'batches',
    'money',
    'posts',
    'activity',
    'activity/1',
    'activity/ticks',
  ]
  const looks = [
    { colorScheme: 'light', width: 1440 },
    { colorScheme: 'dark', width: 1440 },
    { colorScheme: 'light', width: 390 },
  ] as const
  for (const look of looks) {
    const { colorScheme, width } = look
    const { page: seen, wrong: wrongHere } = await openPage(opened.browser, world.served.url, look)
    for (const place of places) {
      await seen.goto(`${world.served.url}/#/${place}`)
      await seen.locator('main h1').waitFor()
      if (place === 'money') await seen.getByText('The three methods').waitFor()
      await keepLook(seen, `${place.replace('/', '-')}-${colorScheme}-${width}`)
      assert.ok((await overflow(seen)) <= 0, `${place} at ${width} is too wide`)
      assert.equal(await seriousFlaws(seen), [], `${place}, ${colorScheme}, ${width}`)
    }
    assert.equal(wrongHere, [])
    await seen.close()
  }
}

page.run()
