import { writeFile } from 'node:fs/promises'
import { formatReference } from '../docs/reference.js'

// `npm run docs`
await writeFile('docs/cli.md', await formatReference())
