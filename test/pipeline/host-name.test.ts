import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isSafeHost } from '../../pipeline/host-name.js'

const naming = suite('the name by which a server is asked')

naming('is an address in digits, one of this machine, or the one that it was told to listen on', () => {
  for (const host of [
    ...['127.0.0.1', '127.0.0.1:8399', '[::1]:8399', '10.1.2.3', 'LocalHost:1', 'api.localhost'],
    ...['host.docker.internal:8399', 'atelier.lan:8399'],
  ]) {
    assert.ok(isSafeHost(host, 'Atelier.lan'), host)
  }
})

naming('is none that a stranger can make lead here', () => {
  for (const host of [
    ...['evil.example', '127.0.0.1.evil.example:8399', 'localhost.evil.example', 'evil.example:8399:1'],
    ...['internal', '[evil.example]', '127.0.0.1/x', '127.0.0.1:999999', '', ' ', undefined],
  ]) {
    assert.not.ok(isSafeHost(host, '127.0.0.1'), host)
  }
})

naming.run()
