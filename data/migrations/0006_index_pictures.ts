import { type Migration, runStatements } from './migration.js'

/** Finds pictures by their bytes: a plan counts each once, and asks of each whether it was answered, along an index alone. */
export const indexPictures: Migration = {
  name: '0006_index_pictures',
  up: (trx) =>
    runStatements(
      trx,
      `
      create index images_by_picture on images (sha256, width, height) where state = 'usable'
      `,
    ),
}
