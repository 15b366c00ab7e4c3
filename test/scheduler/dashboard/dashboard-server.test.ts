import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import sharp from 'sharp'
import type { Overview } from '../../../reports/dashboard-wire.js'
import type { PostRow } from '../../../reports/gallery-wire.js'
import { systemClock } from '../../../pipeline/clock.js'
import { takeLease } from '../../../pipeline/engine/lease.js'
import { thisProcess } from '../../../scheduler/holder.js'
import { Thumbnails } from '../../../scheduler/dashboard/thumbnails.js'
import { until } from '../../pipeline/provider/local-server/world.js'
import { makeDesk, placeSamples } from '../cli.js'
import { type DashboardWorld, makeDashboardWorld } from './dashboard-world.js'

const serving = suite('what the page is told')

serving(
  'an empty home is shown as what it is, and what another process commits is told without asking',
  async () => {
    await using world = await makeDashboardWorld()
    const { overview } = (await world.get('/api/overview')).json as { overview: Overview }
    assert.is(overview.assets.length, 7)
    assert.ok(overview.assets.every(({ last_at }) => last_at === null))
    for (const path of ['/api/batches', '/api/runs', '/api/ticks', '/api/actions']) {
      assert.equal((await world.get(path)).json, [], path)
    }
    assert.equal((await world.get('/api/posts')).json, {
      posts: [],
      total: 0,
      is_total_cut: false,
      next: null,
    })

    await using events = await listenTo(world)
    assert.is((await events.next()).run, null)
    await world.db
      .insertInto('runs')
      .values({ selection: '*', trigger: 'person', state: 'running', started_at: '2026-01-01T00:00:00.000Z' })
      .execute()
    assert.equal((await events.next()).run?.state, 'running')
  },
)

serving(
  'a run of the samples: listings as --json prints them, posts with their pictures, and each by what it shows',
  async () => {
    await using desk = await makeDesk()
    await placeSamples(desk)
    const images = ['--images', desk.path('samples/manifest.csv'), '--provider', 'local']
    assert.is((await desk.run(['materialize', ...images, '--wait'])).code, 0)
    await using world = await makeDashboardWorld({}, desk.path('.hemline'))

    const [batch] = (await world.get('/api/batches')).json
    const [listed] = await desk.lines(['batches'])
    for (const name of ['batch', 'state', 'completed', 'requests', 'tally'])
      assert.equal(batch[name], listed[name])
    assert.ok(batch.cost_nano_usd > 0)
    assert.equal((await world.get('/api/runs')).json, await desk.lines(['runs']))
    const log = (await world.get('/api/runs/1/log')).json as { text: string }[]
    assert.ok(log.some(({ text }) => text === 'results done'))
    assert.equal(
      log.flatMap(({ text }) => /^batch batch_\w+ (.*)$/.exec(text)?.[1] ?? []),
      ['is about to be sent', 'is at the provider', 'ended: completed', 'is collected'],
    )
    const asset = (await world.get('/api/assets/results')).json
    assert.is(asset.history.length, 1)

    const all = (await world.get('/api/posts')).json
    assert.is(all.total, 9)
    const pictures = (all.posts as PostRow[]).flatMap((post) => post.images)
    assert.is(pictures.length, 32)
    const facets = (await world.get('/api/facets')).json
    const blue = facets.color.find(({ value }: { value: string }) => value === 'blue')
    const found = (await world.get('/api/posts?color=blue')).json
    assert.is(found.total, blue.posts)
    assert.ok(found.posts.every((post: PostRow) => post.images.some(({ is_match }) => is_match)))
    const byName = (await world.get(`/api/posts?text=${encodeURIComponent(all.posts[3].post_id)}`)).json
    assert.ok(byName.posts.some(({ id }: PostRow) => id === all.posts[3].id))
    assert.equal((await world.get('/api/posts?text=nothingofthatkind')).json.total, 0)
    assert.is((await world.get('/api/posts?color=plaid')).status, 404)
    // What FTS would read as its own language is words like any other.
    for (const text of ['"', 'a OR b', 'words:x', '*', 'NEAR(a b)', "'; drop table posts; --"]) {
      assert.is((await world.get(`/api/posts?text=${encodeURIComponent(text)}`)).status, 200, text)
    }

    const { id } = pictures[0]!
    const picture = (await world.get(`/api/images/${id}`)).json
    assert.is(picture.answer.description, pictures[0]!.analysis!.description)
    const asked = (await world.get(`/api/images/${id}/request`)).json
    assert.is(asked.custom_id, picture.request.custom_id)
    assert.match(JSON.stringify(asked.body), /\[the picture as jpeg/)
  },
)

serving(
  'a thumbnail is encoded anew, made once, and not of a file that holds another picture by now',
  async () => {
    await using desk = await makeDesk()
    const secret = 'GPS of my home'
    const png = (color: string) =>
      sharp({ create: { width: 900, height: 600, channels: 3, background: color } })
        .withExif({ IFD0: { Copyright: secret } })
        .png()
        .toBuffer()
    await mkdir(desk.path('p'))
    await writeFile(desk.path('p', 'a.png'), await png('#a02030'))
    await writeFile(desk.path('p', 'b.png'), await png('#2030a0'))
    const images = ['--images', desk.path('p'), '--provider', 'local']
    assert.is((await desk.run(['materialize', ...images, '--wait'])).code, 0)
    await using world = await makeDashboardWorld({}, desk.path('.hemline'))
    const posts = (await world.get('/api/posts')).json.posts as PostRow[]
    const pictures = posts.flatMap((post) => post.images)
    const [first, second] = ['a.png', 'b.png'].map((name) => pictures.find(({ image }) => image === name))
    const answers = await Promise.all(
      [1, 2, 3].map(() => fetchBytes(world, `/api/images/${first!.id}/thumb`)),
    )
    for (const bytes of answers) assert.equal(bytes, answers[0])
    const { format, width, exif } = await sharp(answers[0]).metadata()
    assert.equal([format, width, exif], ['webp', 480, undefined])
    assert.is(
      (await readdir(world.home.thumbs, { recursive: true })).filter((name) => name.endsWith('.webp')).length,
      1,
    )

    const ending = new Thumbnails(world.db, world.home, async () => desk.path('p'))
    await ending.close()
    const late = await ending.copyOf(second!.id, 'thumb')
    assert.equal(late, { kind: 'none', because: 'the page is not served any more' })

    await writeFile(desk.path('p', 'b.png'), await png('#00ff00'))
    const changed = await world.get(`/api/images/${second!.id}/thumb`)
    assert.equal([changed.status, changed.json.error.message], [404, 'the file holds another picture by now'])
    await rm(desk.path('p', 'a.png'))
    assert.is((await world.get(`/api/images/${first!.id}/thumb`)).status, 200)
    assert.is((await world.get(`/api/images/${first!.id}/view`)).status, 404)

    // Its picture is gone for good once a look has seen that: then the copy goes as well.
    assert.is((await desk.run(['materialize', 'grouped_posts'])).code, 0)
    const [gone] = await desk.lines(['clean'])
    assert.equal([gone.kind, gone.path], ['thumbnails', 'thumbs'])
    assert.equal(await desk.lines(['clean']), [])
  },
)

serving(
  'is begun from the command line, by itself or with the daemon, and ends when it is asked to',
  async () => {
    await using desk = await makeDesk()
    await placeSamples(desk)
    const none = await desk.run(['dashboard'])
    assert.is(none.code, 2)
    assert.match(none.stderr, /hemline init --images FOLDER/)
    assert.is(
      (await desk.run(['init', '--images', 'samples/images/post-009', '--provider', 'local'])).code,
      0,
    )
    const [page, daemon] = [
      desk.start(['dashboard', '--port', '0']),
      desk.start(['daemon', '--dashboard', '--dashboard-port', '0']),
    ]
    let [printed, logged] = ['', '']
    page.child.stdout!.on('data', (text: string) => (printed += text))
    daemon.child.stderr!.on('data', (text: string) => (logged += text))
    await daemon.says('daemon.page_served')
    await daemon.says('source.observed')
    await until(() => printed.includes('Look at'))
    const urls = [/Look at (http\S+)/.exec(printed)?.[1], /"url":"(http[^"]+)"/.exec(logged)?.[1]]
    for (const url of urls) {
      // What was read less than half a second ago is answered again; the daemon may have told how it is since.
      await until(async () => {
        const { overview } = (await (await fetch(`${url}/api/overview`)).json()) as { overview: Overview }
        return overview.daemon?.status === 'ok'
      })
      assert.is((await fetch(`${url}/`)).status, 200)
    }
    for (const { child, ended } of [page, daemon]) {
      child.kill('SIGTERM')
      assert.is((await ended).code, 0)
    }
  },
)

serving('a run that is asked for while another process works is refused, and says who works', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const images = ['--images', 'samples/images/post-009', '--provider', 'local']
  assert.is((await desk.run(['init', ...images])).code, 0)
  await using world = await makeDashboardWorld({}, desk.path('.hemline'))
  const { csrf } = (await world.get('/api/overview')).json
  const asked = { kind: 'materialize', arguments: { selection: [] } }
  const lease = await takeLease(world.db, { ...thisProcess('run'), pid: process.ppid }, systemClock)
  const clicks = [1, 2].map(() => world.post('/api/actions', asked, { 'x-hemline-csrf': csrf }))
  for (const { status, json } of await Promise.all(clicks)) {
    assert.equal([status, json.error.code], [409, 'home_is_busy'])
    assert.match(json.error.message, new RegExp(`process ${process.ppid} `))
  }
  await lease.release()
  const actions = (await world.get('/api/actions')).json
  assert.equal(
    actions.map(({ state }: { state: string }) => state),
    ['failed', 'failed'],
  )
  assert.not.ok((await readdir(world.home.root)).includes('last-run.log'))
})

/** The overviews as they are sent. */
async function listenTo(world: DashboardWorld): Promise<AsyncDisposable & { next(): Promise<Overview> }> {
  const stop = new AbortController()
  const response = await fetch(`${world.served.url}/api/events`, { signal: stop.signal })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    async next() {
      while (true) {
        const match = /^data: (.*)\n\n/m.exec(text)
        if (match) {
          text = text.slice(match.index + match[0].length)
          return JSON.parse(match[1]!) as Overview
        }
        const { value, done } = await reader.read()
        if (done) throw new Error('the events ended')
        text += value
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await reader.cancel().catch(() => {})
    },
  }
}

async function fetchBytes(world: DashboardWorld, path: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(world.served.url + path)).arrayBuffer())
}

serving.run()
