import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { tellWhile } from '../../scheduler/tell-while.js'

const telling = suite('telling what goes on')

telling('says it once it takes long, and takes it back when it is over', async () => {
  const terminal = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true })
  const result = await tellWhile(
    terminal,
    'Writing',
    async () => (await once(terminal, 'data'))[0] as string,
    1,
  )
  assert.is(result, 'Writing ...')
  assert.is(terminal.read(), '\r\u001b[K')
})

telling('says nothing of what is quick, or where nobody watches', async () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true })
  assert.is(await tellWhile(terminal, 'Writing', async () => 1), 1)
  assert.is(terminal.read(), null)
  const file = new PassThrough()
  assert.is(await tellWhile(file, 'Writing', async () => 2, 0), 2)
  assert.is(file.read(), null)
})

telling.run()
