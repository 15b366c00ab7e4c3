import type { KyselyPlugin } from 'kysely'
import type { Db } from '../../../data/database.js'

/** Everything that a process that died would have done next. */
export class Death extends Error {
  constructor() {
    super('this process is dead')
    this.name = 'Death'
  }
}

/** A life that ends before a statement, and then does nothing any more, as after SIGKILL: what was not committed is lost. */
export type Life = { isOver: boolean; end(): void }

/** @param statements  how many it may still run; `Infinity` for a life without an end. */
export function mortalDatabase(db: Db, statements: number): { db: Db; life: Life } {
  let left = statements
  const life: Life = {
    isOver: false,
    end: () => (life.isOver = true),
  }
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      if (left-- <= 0) life.end()
      if (life.isOver) throw new Death()
      return node
    },
    transformResult: ({ result }) => Promise.resolve(result),
  }
  return { db: db.withPlugin(plugin), life }
}
