import { once } from 'node:events'
import process from 'node:process'
import { printableJson, printableLines } from '../reports/printable.js'
import { paint } from './paint.js'

/** Prints text on stdout, ended by a line feed; whatever strangers' text is in it, nothing but our own colours drives the terminal. */
export function print(text: string): Promise<void> {
  return write(`${paint(printableLines(text))}\n`)
}

/** Prints one JSON object. */
export function printObject(value: unknown): Promise<void> {
  return write(`${printableJson(JSON.stringify(value, undefined, 2))}\n`)
}

/** Prints each item as a line of JSON, as the items come. */
export async function printLines(items: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
  for await (const item of items) await write(`${printableJson(JSON.stringify(item))}\n`)
}

/** A slow reader is waited for, so that a long listing is not held in memory. */
async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}
