// Bundles the command line, after it was compiled: a command then loads some files instead of some hundred, which is most of
// the time that a short one takes. What is loaded lazily stays apart, and so does what comes with a binary.
import { chmod, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { build } from 'esbuild'

/** Loads nearly all of what any command needs that opens a home, and little besides. */
const SHARED = resolve('scheduler/show-status.ts')
/** Understands what was typed, before anything of that is needed. */
const UNSHARED = resolve('scheduler/run-cli.ts')

/**
 * Lets every file that is loaded lazily load what is shared, too. A chunk is what the same entries load: without this, what is
 * shared would be cut into sixty chunks, by who needs what of it, and to open and link those takes longer than to read them.
 */
const inOneChunk = {
  name: 'shared in one chunk',
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ kind, path: name, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined
      const path = resolve(resolveDir, name.replace(/\.js$/, '.ts'))
      return path === UNSHARED ? undefined : { path, namespace: 'lazy' }
    })
    build.onLoad({ filter: /\.ts$/, namespace: 'lazy' }, ({ path }) => ({
      contents: `import ${JSON.stringify(SHARED)}\nexport * from ${JSON.stringify(path)}`,
      resolveDir: dirname(path),
    }))
  },
}

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
  plugins: [inOneChunk],
  // Packages in CommonJS ask for the modules of Node by this name.
  banner: {
    js: "import{createRequire as requireAt}from'node:module';const require=requireAt(import.meta.url);",
  },
  sourcemap: true,
  logLevel: 'warning',
})

// What `npx hemline` runs in a clone; of a package that is installed, npm does this.
await chmod('dist/scheduler/hemline.cjs', 0o755)
