/** Where the note of a part is kept: `…_001.jsonl` has `…_001.note.json`. */
export function notePath(partPath: string): string {
  return partPath.replace(/\.jsonl$/, '.note.json')
}

/** The part that a note is about; undefined for a file that is no note. */
export function partOfNote(path: string): string | undefined {
  return path.endsWith('.note.json') ? path.replace(/\.note\.json$/, '.jsonl') : undefined
}
