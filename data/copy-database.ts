import { loadSqlite } from './sqlite.js'

/** Copies a database into a file that is not there yet, whole, also while others write to it. */
export function copyDatabase(from: string, to: string): void {
  const sqlite = new (loadSqlite())(from, { readonly: true })
  try {
    sqlite.prepare('vacuum into ?').run(to)
  } finally {
    sqlite.close()
  }
}
