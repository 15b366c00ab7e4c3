import { randomUUID } from 'node:crypto'

/** An id that nobody has used before, in the look of the API's: a prefix and 32 hexadecimal digits. */
export function newId(prefix: 'file-' | 'batch_' | 'batch_req_' | 'req_' | 'chatcmpl-'): string {
  return `${prefix}${randomUUID().replaceAll('-', '')}`
}
