import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { writeAtomically } from '../../data/artifacts.js'

/** What stands beside a tasks file, so that its part can be recorded again when the database is lost. */
const noteSchema = z.strictObject({
  recipe: z.strictObject({ digest: z.string(), model: z.string(), profile: z.string(), body: z.string() }),
  requests: z.int().min(1),
  bytes: z.int().min(1),
  /** As the part's record has it; in notes of old versions it is of the file. */
  sha256: z.string(),
  estimated_tokens: z.int().min(0),
  created_at: z.iso.datetime(),
  /** How it was sent; absent before it is, and in notes of old versions also after it was sent in a batch. */
  lane: z.enum(['batch', 'individual', 'flex']).optional(),
})

export type PartNote = z.infer<typeof noteSchema>

/**
 * Notes how a part is sent, before it is: what its answers cost depends on it, and a database that knows nothing of it is older
 * than the part. @param lane  undefined to take that back, where it turned out that it never was.
 */
export async function noteLane(path: string, lane: PartNote['lane']): Promise<void> {
  const note = await readNote(path)
  if (note && note.lane !== lane) await writeAtomically(path, JSON.stringify({ ...note, lane }))
}

/** Reads a note; undefined when there is none, or it is none. */
export async function readNote(path: string): Promise<PartNote | undefined> {
  try {
    return noteSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
