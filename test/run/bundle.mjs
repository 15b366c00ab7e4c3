// Bundles the command line, after it was compiled: a command then loads some files instead of some hundred, which is most of
// the time that a short one takes. What is loaded lazily stays apart, and so does what comes with a binary.
import { rm } from 'node:fs/promises'
import { build } from 'esbuild'

await rm('dist/scheduler/chunks', { recursive: true, force: true })
await build({
  entryPoints: ['scheduler/cli.ts'],
  outdir: 'dist/scheduler',
  chunkNames: 'chunks/[name]-[hash]',
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['better-sqlite3', 'sqlite-node20', 'sharp'],
  // Packages in CommonJS ask for the modules of Node by this name.
  banner: {
    js: "import{createRequire as requireAt}from'node:module';const require=requireAt(import.meta.url);",
  },
  sourcemap: true,
  logLevel: 'warning',
})
