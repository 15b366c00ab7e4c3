import { join, resolve } from 'node:path'

/** The one folder that holds everything that hemline remembers; nothing is kept outside of it. */
export type Home = {
  readonly root: string
  readonly database: string
  readonly config: string
  /** What a person says of models and their prices. */
  readonly models: string
  /** How the daemon is, as it last said. */
  readonly health: string
  /** Pictures of a manifest that came from the network. */
  readonly fetched: string
  /** Small copies of the pictures, for the page; each is made again when it is missing. */
  readonly thumbs: string
  /** The state of the embedded local provider. */
  readonly localProvider: string
  /** Turns a path as records hold it, relative and with `/`, into one that can be opened. */
  pathOf(relativePath: string): string
}

/** Tasks and results files, relative to the home. */
export const BATCH_FOLDER = 'batch_jobs'

/** The home in this folder, which need not exist yet. */
export function homeAt(folder: string): Home {
  const root = resolve(folder)
  return {
    root,
    database: join(root, 'hemline.db'),
    config: join(root, 'config.json'),
    models: join(root, 'models.json'),
    health: join(root, 'health.json'),
    fetched: join(root, 'fetched'),
    thumbs: join(root, 'thumbs'),
    localProvider: join(root, 'local-provider'),
    pathOf: (relativePath) => join(root, relativePath),
  }
}
