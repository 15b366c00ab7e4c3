import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { plainStatusArgs } from '../../scheduler/plain-status.js'

const plain = suite('the shortest way to the status')

plain('is taken for the options that status has, in any order', () => {
  assert.equal(plainStatusArgs(['status']), { home: '.hemline', json: false })
  assert.equal(plainStatusArgs(['status', '--json', '--home', 'a']), { home: 'a', json: true })
  assert.equal(plainStatusArgs(['status', '--home', 'a', '--home', 'b']), { home: 'b', json: false })
})

plain('is left to the parser for whatever is written otherwise', () => {
  const others = [
    'statu',
    'status x',
    'status --home',
    'status --home=a',
    'status --home --json',
    'status --help',
  ]
  for (const line of [...others, 'status --debug', '--json status', 'status -h', 'status --json=true', '']) {
    assert.is(plainStatusArgs(line.split(' ')), undefined, line)
  }
  assert.is(plainStatusArgs(['status', '--home', '']), undefined)
})

plain.run()
