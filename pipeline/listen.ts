import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HemlineError } from './errors.js'

/**
 * Lets a server listen, and returns its port.
 *
 * @param port  any free one if 0.
 * @throws HemlineError `port_in_use` when another program has the port.
 */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new HemlineError({
      code: 'port_in_use',
      message: `another program listens on port ${port} of ${host}`,
      hint: 'Stop that program, or name another port; 0 takes any free one.',
      cause: error,
    })
  }
  return (server.address() as AddressInfo).port
}
