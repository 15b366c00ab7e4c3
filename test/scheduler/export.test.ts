import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { lstat, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Desk, makeDesk, placeSamples } from './cli.js'

const exporting = suite('exporting posts')

const LOCAL = ['materialize', '--provider', 'local', '--wait', '--poll-interval', '0.05']
const FORMULAS = ['=HYPERLINK("http://x","y")', '+1+cmd', '-2+3', '@SUM(A1)', '\t=4', '\r=5']

/** A home with the sample posts, the first of which have ids and captions that a spreadsheet would run. */
async function makeHome(): Promise<Desk> {
  const desk = await makeDesk()
  await placeSamples(desk)
  const rows: string[][] = parse(await readFile(desk.path('samples', 'manifest.csv'), 'utf8'))
  const [header, ...images] = rows
  const ids = [...new Set(images.map((row) => row[1]!))]
  const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`
  const lines = images.map((row) => {
    const formula = FORMULAS[ids.indexOf(row[1]!)]
    return (formula === undefined ? row : row.with(1, formula).with(4, formula)).map(quoted).join()
  })
  await writeFile(desk.path('samples', 'manifest.csv'), `${header!.join()}\n${lines.join('\n')}\n`)
  assert.is((await desk.run([...LOCAL, '--images', 'samples/manifest.csv'])).code, 0)
  return desk
}

exporting('gives the same posts in every format, and no cell of the table can start a formula', async () => {
  await using desk = await makeHome()
  const posts = await desk.lines(['posts'])
  for (const format of ['json', 'jsonl', 'csv']) {
    const { code, stdout } = await desk.run(['export', '--format', format, '--out', `out/posts.${format}`])
    assert.is(code, 0)
    assert.match(stdout, `9 posts written to out/posts.${format}`)
  }
  assert.equal(JSON.parse(await readFile(desk.path('out', 'posts.json'), 'utf8')), posts)
  const jsonl = (await readFile(desk.path('out', 'posts.jsonl'), 'utf8')).trimEnd().split('\n')
  assert.equal(
    jsonl.map((line) => JSON.parse(line)),
    posts,
  )

  const rows: Record<string, string>[] = parse(await readFile(desk.path('out', 'posts.csv'), 'utf8'), {
    columns: true,
  })
  for (const cell of rows.flatMap((row) => Object.values(row))) assert.not.match(cell, /^[=+\-@\t\r]/)
  // The apostrophe is all that is added, and only where it is needed.
  const expected = posts.flatMap(({ post_id, images, columns }) =>
    images.map(({ position }: { position: number }) => [
      /^[=+\-@\t\r]/.test(post_id) ? `'${post_id}` : post_id,
      String(position),
      columns.caption,
    ]),
  )
  assert.equal(
    rows.map(({ post_id, position, columns }) => [post_id, position, JSON.parse(columns!).caption]),
    expected,
  )
  const captions = new Set(posts.map(({ columns }) => columns.caption))
  for (const formula of FORMULAS) assert.ok(captions.has(formula), JSON.stringify(formula))

  // A link is followed to its file, and what is no file is left alone.
  await symlink('posts.jsonl', desk.path('out', 'latest'))
  assert.is((await desk.run(['export', '--out', 'out/latest'])).code, 0)
  assert.ok((await lstat(desk.path('out', 'latest'))).isSymbolicLink())
  execFileSync('mkfifo', [desk.path('out', 'pipe')])
  for (const name of ['out/pipe', 'samples', '/dev/null']) {
    const { code, stderr } = await desk.run(['export', '--out', name])
    assert.is(code, 2, name)
    assert.match(stderr, /^error: --out names "[^"]+", which is not a file\nhint: /)
  }
  assert.ok((await lstat('/dev/null')).isCharacterDevice())
})

exporting('killed in the middle leaves the old file whole, and the next one replaces it', async () => {
  await using desk = await makeHome()
  await mkdir(desk.path('out'))
  await writeFile(desk.path('out', 'posts.json'), 'the old one')
  let cut = 0
  for (const ms of [60, 90, 110, 130, 150, 200, 300]) {
    const running = desk.start(['export', '--format', 'json', '--out', 'out/posts.json'])
    await sleep(ms)
    running.child.kill('SIGKILL')
    await running.ended
    const text = await readFile(desk.path('out', 'posts.json'), 'utf8')
    if (text === 'the old one') cut++
    else assert.is(JSON.parse(text).length, 9)
  }
  assert.ok(cut > 0)
  assert.is((await desk.run(['export', '--format', 'json', '--out', 'out/posts.json'])).code, 0)
  assert.equal(await readdir(desk.path('out')), ['posts.json'])
})

exporting.run()
