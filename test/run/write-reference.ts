import { readFile, writeFile } from 'node:fs/promises'
import { formatReference } from '../docs/reference.js'
import { withSources } from '../docs/with-sources.js'

// `npm run docs`: writes what follows from the code.
const OWN_PIPELINE = 'docs/your-own-pipeline.md'
await writeFile('docs/cli.md', await formatReference())
await writeFile(OWN_PIPELINE, withSources(await readFile(OWN_PIPELINE, 'utf8')))
