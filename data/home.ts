import { join, resolve } from 'node:path'

/** The one folder that holds everything that hemline remembers; nothing is kept outside of it. */
export type Home = {
  readonly root: string
  readonly database: string
  /** Where each commit to the database is written first; there while anybody has it open. */
  readonly databaseLog: string
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
const FETCHED_FOLDER = 'fetched'
const THUMBS_FOLDER = 'thumbs'
const LOCAL_PROVIDER_FOLDER = 'local-provider'

/** Is in every home, and in nothing else. */
export const DATABASE_FILE = 'hemline.db'

/** The folders in a home: what is in them was made by hemline, and is nobody's picture. */
export const HOME_FOLDERS: readonly string[] = [
  BATCH_FOLDER,
  FETCHED_FOLDER,
  THUMBS_FOLDER,
  LOCAL_PROVIDER_FOLDER,
]

/** The home in this folder, which need not exist yet. */
export function homeAt(folder: string): Home {
  const root = resolve(folder)
  return {
    root,
    database: join(root, DATABASE_FILE),
    databaseLog: join(root, `${DATABASE_FILE}-wal`),
    config: join(root, 'config.json'),
    models: join(root, 'models.json'),
    health: join(root, 'health.json'),
    fetched: join(root, FETCHED_FOLDER),
    thumbs: join(root, THUMBS_FOLDER),
    localProvider: join(root, LOCAL_PROVIDER_FOLDER),
    pathOf: (relativePath) => join(root, relativePath),
  }
}
