import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Clock, systemClock } from '../../../pipeline/clock.js'
import type { HemlineError } from '../../../pipeline/errors.js'
import { rejection } from '../../rejection.js'
import { makeDashboardWorld } from './dashboard-world.js'

const guarding = suite('who is let in to the page')

const TOKEN = 'a-token-of-some-length'

guarding(
  'a name that somebody made to lead here is turned away, and so is a page of another origin',
  async () => {
    await using world = await makeDashboardWorld()
    const { port } = world.served
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, 'LOCALHOST']) {
      assert.is((await world.get('/api/overview', { host })).status, 200, host)
    }
    for (const host of [`evil.example:${port}`, '10.0.0.7', '127.0.0.1.evil.example', 'localhost.evil']) {
      const refused = await world.get('/api/overview', { host })
      assert.is(refused.status, 403, host)
      assert.is(refused.json.error.code, 'foreign_host')
    }
    const own = `127.0.0.1:${port}`
    assert.is((await world.get('/', { host: own, origin: `http://${own}` })).status, 200)
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${port + 1}`, `https://${own}`]) {
      const refused = await world.get('/api/overview', { host: own, origin })
      assert.equal([refused.status, refused.json.error.code], [403, 'foreign_origin'], origin)
    }
  },
)

guarding('a page of another origin may link here, and make a browser ask for nothing else', async () => {
  await using world = await makeDashboardWorld()
  const from = (site: string, mode: string) => ({ 'sec-fetch-site': site, 'sec-fetch-mode': mode })
  for (const site of ['cross-site', 'same-site']) {
    assert.is((await world.get('/', from(site, 'navigate'))).status, 200, site)
    for (const path of ['/', '/page.js', '/api/methods', '/api/images/1/view']) {
      const refused = await world.get(path, from(site, 'no-cors'))
      assert.equal([refused.status, refused.json.error.code], [403, 'foreign_page'], `${site} ${path}`)
    }
    assert.is((await world.get('/api/overview', from(site, 'navigate'))).status, 403)
  }
  for (const site of ['same-origin', 'none']) {
    assert.is((await world.get('/api/overview', from(site, 'cors'))).status, 200, site)
  }
})

guarding('nothing is inline, nothing comes from elsewhere, and no other page may frame it', async () => {
  await using world = await makeDashboardWorld()
  const page = await world.get('/')
  const policy = page.headers['content-security-policy']!
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /script-src 'self';/)
  assert.match(policy, /frame-ancestors 'none'/)
  assert.not.match(policy, /unsafe|data:|\*/)
  assert.is(page.headers['x-content-type-options'], 'nosniff')
  assert.not.match(page.text, /<script(?![^>]* src="\/page\.js")|<style|style=| on\w+=/)
  for (const path of ['/page.js', '/page.css', '/icon.svg']) {
    const file = await world.get(path, { 'accept-encoding': 'gzip' })
    assert.is(file.status, 200, path)
    assert.is(file.headers['content-encoding'], 'gzip', path)
    assert.is((await world.get(path, { 'if-none-match': file.headers['etag']! })).status, 304, path)
  }
})

guarding('files are named by ids alone: no path leads to one', async () => {
  await using world = await makeDashboardWorld()
  const paths = [
    '/config.json',
    '/../config.json',
    '/%2e%2e/config.json',
    '/api/images/..%2fconfig.json/thumb',
  ]
  for (const path of [
    ...paths,
    '/api/images/1e3/thumb',
    '/api/images/-1/view',
    '/api/images/99/thumb',
    '/page.html',
  ]) {
    assert.is((await world.get(path)).status, 404, path)
  }
})

guarding('an address that others can reach needs a token, and a long one', async () => {
  const open = (await rejection(makeDashboardWorld({ host: '0.0.0.0' }))) as HemlineError
  assert.is(open.code, 'no_dashboard_token')
  assert.match(open.hint!, /HEMLINE_DASHBOARD_TOKEN/)
  const short = (await rejection(makeDashboardWorld({ host: '0.0.0.0', token: 'hunter2' }))) as HemlineError
  assert.is(short.code, 'short_dashboard_token')
  assert.not.match(short.message, /hunter2/)
})

guarding('with a token, only who knows it gets in: once by the address, then by a cookie', async () => {
  await using world = await makeDashboardWorld({ host: '0.0.0.0', token: TOKEN })
  for (const path of ['/', '/page.js', '/api/overview', '/?token=wrong', `/api/overview?token=${TOKEN}`]) {
    assert.is((await world.get(path)).status, 401, path)
  }
  const let_in = await world.get(`/?token=${TOKEN}`)
  assert.equal([let_in.status, let_in.headers['location']], [303, '/'])
  const [cookie] = let_in.headers['set-cookie'] as unknown as string[]
  assert.match(cookie!, /HttpOnly/)
  assert.match(cookie!, /SameSite=Strict/)
  assert.not.match(cookie!, new RegExp(TOKEN))
  assert.is((await world.get('/api/overview', { cookie: cookie!.split(';')[0]! })).status, 200)
  assert.is((await world.get('/api/overview', { authorization: `Bearer ${TOKEN}` })).status, 200)
  assert.is((await world.get('/api/overview', { authorization: 'Bearer wrong' })).status, 401)
  assert.is((await world.get('/', { host: 'evil.example', authorization: `Bearer ${TOKEN}` })).status, 403)
})

guarding('what changes something is taken only with the secret that the page was given', async () => {
  await using world = await makeDashboardWorld()
  const body = { kind: 'retry', arguments: {} }
  for (const csrf of ['', 'guess']) {
    const refused = await world.post('/api/actions', body, { 'x-hemline-csrf': csrf })
    assert.equal([refused.status, refused.json.error.code], [403, 'no_csrf_token'])
  }
  const { csrf } = (await world.get('/api/overview')).json
  assert.ok(csrf.length >= 32)
  assert.is.not((await world.post('/api/actions/preview', body, { 'x-hemline-csrf': csrf })).status, 403)
})

guarding('what is no action is refused as such, however it is made', async () => {
  await using world = await makeDashboardWorld()
  const { csrf } = (await world.get('/api/overview')).json
  const ask = (body: object) => world.post('/api/actions', body, { 'x-hemline-csrf': csrf })
  const cancel = (batch: string) => ask({ kind: 'cancel', arguments: { batch } })
  for (const name of ['--home=/tmp', ' --help', 'a\0b', 'a\u001b[2J', '']) {
    const refused = await cancel(name)
    assert.equal([refused.status, refused.json.error.code], [400, 'bad_action'], JSON.stringify(name))
  }
  for (const selection of [['--force'], ['results', '--home=/tmp'], ['__proto__']]) {
    assert.is((await ask({ kind: 'materialize', arguments: { selection } })).status, 400)
  }
  const large = await cancel('a'.repeat(20_000))
  assert.equal([large.status, large.json.error.code], [413, 'too_large'])
  assert.equal(world.warnings, [])
})

guarding('who asks for the head of the events alone is not told them', async () => {
  let rests = 0
  const clock: Clock = {
    now: () => new Date(),
    sleep: (ms, signal) => {
      rests++
      return systemClock.sleep(ms, signal)
    },
  }
  await using world = await makeDashboardWorld({ clock })
  assert.is((await world.head('/api/events')).status, 200)
  // Whoever listens is looked for changes on behalf of, between rests.
  assert.is(rests, 0)
})

guarding.run()
