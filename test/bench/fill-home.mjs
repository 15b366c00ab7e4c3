// Fills a home with made-up pictures, requests, answers, charges and posts, to measure what a large one takes.
//
//   node test/bench/fill-home.mjs FOLDER [pictures, 1000000 if not given]
//
// Needs `npm run build`. Three pictures are a post; 50,000 requests are a batch.
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { defaultSettings } from '../../dist/assets/default-settings.js'
import { termsOf } from '../../dist/assets/analysis/vocabulary.js'
import { postRecord } from '../../dist/assets/post/post-record.js'
import { searchText } from '../../dist/assets/post/search-text.js'
import { openDatabase } from '../../dist/data/database.js'
import { loadSqlite } from '../../dist/data/sqlite.js'

if (!process.argv[2] || process.argv[2].startsWith('-')) {
  console.error('usage: node test/bench/fill-home.mjs FOLDER [pictures]')
  process.exit(2)
}
const root = resolve(process.argv[2])
const pictures = Number(process.argv[3] ?? 1_000_000)
const POST = 3
const BATCH = 50_000
const AT_ONCE = 10_000
const at = (index) => new Date(Date.UTC(2026, 0, 1) + index * 20_000).toISOString()

const path = join(root, 'hemline.db')
mkdirSync(dirname(path), { recursive: true })
await (await openDatabase(path)).destroy()
writeFileSync(join(root, 'config.json'), JSON.stringify({ images: root, ...defaultSettings }))
const db = new (loadSqlite())(path)
db.pragma('synchronous = OFF')
const insert = (table, columns) =>
  db.prepare(`insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`)

const rows = {
  account: insert('accounts', ['base_url', 'key_digest', 'created_at']),
  recipe: insert('recipes', ['digest', 'model', 'profile', 'body', 'created_at']),
  part: insert('parts', [
    'id',
    'recipe_id',
    'stamp',
    'number',
    'path',
    'sha256',
    'state',
    'requests',
    'bytes',
    'estimated_tokens',
    'created_at',
  ]),
  batch: insert('batches', [
    'id',
    'part_id',
    'account_id',
    'key',
    'state',
    'provider_batch_id',
    'status',
    'intended_at',
    'create_sent_at',
    'created_at',
    'ended_at',
    'collected_at',
    'requests_total',
    'requests_completed',
    'tally',
    'estimated_cost_nano_usd',
  ]),
  request: insert('requests', [
    'id',
    'recipe_id',
    'fingerprint',
    'state',
    'attempts',
    'part_id',
    'estimated_input_tokens',
    'image_tokens',
  ]),
  answer: insert('answers', ['request_id', 'body', 'digest', 'model', 'batch_id', 'answered_at']),
  charge: insert('charges', [
    'batch_id',
    'request_id',
    'model',
    'input_tokens',
    'cached_tokens',
    'output_tokens',
    'reasoning_tokens',
    'price',
    'cost_nano_usd',
    'charged_at',
  ]),
  post: insert('posts', ['id', 'key', 'record', 'record_digest', 'touched', 'grouped_at', 'is_searchable']),
  image: insert('images', [
    'id',
    'path',
    'post_id',
    'position',
    'columns',
    'state',
    'sha256',
    'format',
    'width',
    'height',
    'stat',
    'seen',
    'request_id',
  ]),
  search: insert('post_search', ['rowid', 'words', 'facets']),
}

/** The same index gives the same picture; early terms of a vocabulary are the frequent ones. */
function pick(list, index, salt) {
  const hash = createHash('md5').update(`${salt}${index}`).digest().readUInt32LE(0) / 2 ** 32
  return list[Math.floor(hash * hash * list.length)]
}
const terms = Object.fromEntries(
  ['category', 'color', 'season', 'style', 'occasion', 'setting', 'pattern', 'material'].map((name) => [
    name,
    termsOf(name),
  ]),
)

function analysisOf(index) {
  const garments = [0, 1].map((nth) => {
    const [category, color] = [pick(terms.category, index, `c${nth}`), pick(terms.color, index, `k${nth}`)]
    return {
      category,
      type: `${category} no ${index % 97}`,
      colors: [color],
      pattern: pick(terms.pattern, index, 'p'),
      material: pick(terms.material, index, 'm'),
      fit: 'regular',
      length: 'unknown',
      sleeve: 'long',
      neckline: 'crew',
      details: [],
    }
  })
  const palette = [...new Set(garments.flatMap(({ colors }) => colors))]
  return {
    description: `A ${palette.join(' and ')} look with ${garments.map(({ type }) => type).join(' and ')}, seen number ${index}.`,
    garments,
    styles: [pick(terms.style, index, 's')],
    occasion: pick(terms.occasion, index, 'o'),
    seasons: [pick(terms.season, index, 'n')],
    palette,
    setting: pick(terms.setting, index, 't'),
    people_count: 1,
    visible_text: null,
    brand: null,
    quality: 'high',
    confidence: 0.9,
  }
}

const started = performance.now()
db.exec('begin')
rows.account.run('https://api.openai.com/v1', 'bench', at(0))
rows.recipe.run('bench', 'gpt-6-luna', 'compact', '{}', at(0))
for (let first = 0; first < pictures; first += BATCH) {
  const id = first / BATCH + 1
  const count = Math.min(BATCH, pictures - first)
  rows.part.run(
    id,
    1,
    'bench',
    id,
    `batch_jobs/fashion_batch_bench_${id}.jsonl`,
    'x',
    'collected',
    count,
    count * 30_000,
    count * 1_000,
    at(first),
  )
  rows.batch.run(
    id,
    id,
    1,
    `key${id}`,
    'collected',
    `batch_${id}`,
    'completed',
    at(first),
    at(first),
    at(first),
    at(first),
    at(first),
    count,
    count,
    JSON.stringify({ answered: count }),
    count * 80_000,
  )
}
let images = []
for (let index = 0; index < pictures; index++) {
  const [id, post] = [index + 1, Math.floor(index / POST) + 1]
  const [batch, sha256] = [
    Math.floor(index / BATCH) + 1,
    createHash('sha256').update(String(index)).digest('hex'),
  ]
  const answer = JSON.stringify(analysisOf(index))
  if (index % POST === 0)
    rows.post.run(post, `post-${String(post).padStart(7, '0')}`, null, null, 0, at(index), 0)
  rows.request.run(id, 1, sha256.slice(0, 40), 'answered', 1, batch, 1_000, 900)
  rows.answer.run(id, answer, sha256, 'gpt-6-luna', batch, at(index))
  rows.charge.run(batch, id, 'gpt-6-luna', 1_000, 0, 150, 0, 'bench', 75_000 + (index % 1_000), at(index))
  const path = `post-${post}/${index % POST}.jpg`
  rows.image.run(id, path, post, (index % POST) + 1, '{}', 'usable', sha256, 'jpeg', 1080, 1350, 'x', 1, id)
  images.push({
    post_id: post,
    path,
    position: (index % POST) + 1,
    columns: '{}',
    state: 'usable',
    image_reason: null,
    sha256,
    request_state: 'answered',
    request_reason: null,
    answer,
  })
  if (images.length === POST || index === pictures - 1) {
    const record = postRecord(`post-${String(post).padStart(7, '0')}`, images)
    const { words, facets } = searchText(record)
    db.prepare('update posts set record = ?, record_digest = ?, is_searchable = 1 where id = ?').run(
      JSON.stringify(record),
      sha256,
      post,
    )
    rows.search.run(post, words, facets)
    images = []
  }
  if (index % AT_ONCE === AT_ONCE - 1) {
    db.exec('commit; begin')
    process.stderr.write(`\r${index + 1} pictures, ${((performance.now() - started) / 1000).toFixed(0)} s`)
  }
}
db.exec('insert into collected_charges select * from charges_by_batch')
db.exec('commit')
db.exec('pragma wal_checkpoint(truncate)')
db.close()
process.stderr.write('\n')
