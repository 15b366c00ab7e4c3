import type { FoundImage } from '../../../assets/intake/found-image.js'
import { readManifest } from '../../../assets/intake/read-manifest.js'
import type { HemlineError } from '../../../pipeline/errors.js'
import { rejection } from '../../rejection.js'
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js'

export async function imagesIn(path: string): Promise<FoundImage[]> {
  const images: FoundImage[] = []
  const format = path.endsWith('.csv') ? 'csv' : 'jsonl'
  for await (const chunk of readManifest(path, format)) images.push(...chunk)
  return images
}

export async function csv(folder: TemporaryFolder, text: string | Uint8Array): Promise<FoundImage[]> {
  return imagesIn(await folder.write('list.csv', text))
}

export async function jsonl(folder: TemporaryFolder, text: string): Promise<FoundImage[]> {
  return imagesIn(await folder.write('list.jsonl', text))
}

export async function csvError(text: string | Uint8Array): Promise<HemlineError> {
  await using folder = await temporaryFolder()
  return (await rejection(csv(folder, text))) as HemlineError
}

export async function jsonlError(text: string): Promise<HemlineError> {
  await using folder = await temporaryFolder()
  return (await rejection(jsonl(folder, text))) as HemlineError
}
