import { posix } from 'node:path'

/**
 * Where the result files of a part are kept, relative to the home: those of `…/x_batch_<stamp>_<part>.jsonl` are
 * `results_<stamp>_<part>.jsonl` and, for what failed, `results_<stamp>_<part>.errors.jsonl` beside it. A part is
 * collected once: the batches of it that were rejected before have no files.
 */
export function resultPaths(partPath: string): { output: string; error: string } {
  const { dir, name } = posix.parse(partPath)
  const stem = posix.join(dir, name.replace(/^.*?_batch_/, 'results_'))
  return { output: `${stem}.jsonl`, error: `${stem}.errors.jsonl` }
}
