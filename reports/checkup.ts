import { formatTable } from './table.js'

/** What one check of the doctor found; `fix` is what to do about it, there unless all is well. */
export type Finding = {
  check: string
  state: 'ok' | 'warning' | 'failed'
  finding: string
  fix?: string | undefined
}

/** Every check as a table, and below it what to do, the failed ones first. @param width  of a line, in characters. */
export function formatCheckup(findings: readonly Finding[], width?: number): string {
  const table = formatTable(
    [{ title: 'check' }, { title: '' }, { title: 'found' }],
    findings.map(({ check, state, finding }) => [check, state, finding]),
    width,
  )
  const open = findings.filter(({ state }) => state !== 'ok')
  const ordered = open.toSorted((a, b) => Number(b.state === 'failed') - Number(a.state === 'failed'))
  const fixes = ordered.map(({ check, fix }) => `${check}: ${fix ?? ''}`)
  return [table, ...(fixes.length === 0 ? ['Ready.'] : ['To mend:', ...fixes])].join('\n')
}
