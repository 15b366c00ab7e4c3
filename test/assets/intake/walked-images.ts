import type { FoundImage } from '../../../assets/intake/found-image.js'
import { walkFolder } from '../../../assets/intake/walk-folder.js'

export async function chunksOf(folder: string): Promise<FoundImage[][]> {
  const chunks: FoundImage[][] = []
  for await (const chunk of walkFolder(folder, { files: 0 })) chunks.push(chunk)
  return chunks
}

export async function imagesIn(folder: string): Promise<FoundImage[]> {
  return (await chunksOf(folder)).flat()
}

export async function pathsIn(folder: string): Promise<string[]> {
  return (await imagesIn(folder)).map(({ path }) => path)
}

export async function refusalsIn(folder: string): Promise<[path: string, reason: string][]> {
  const refused = (await imagesIn(folder)).filter((image) => image.refused)
  return refused.map(({ path, refused }) => [path, refused?.reason ?? ''])
}
