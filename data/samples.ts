import { join } from 'node:path'
import { packageRoot } from './package-root.js'

/** The manifest of the sample posts that come with this package. */
export function samplesManifest(): string {
  return join(packageRoot(), 'data', 'samples', 'manifest.csv')
}
