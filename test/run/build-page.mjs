// Bundles the page of the dashboard (reports/dashboard/) into dist/: one script, one stylesheet, the HTML and the icon.
import { copyFile, mkdir } from 'node:fs/promises'
import { build } from 'esbuild'

const from = 'reports/dashboard'
const to = 'dist/reports/dashboard'

await mkdir(to, { recursive: true })
await build({
  entryPoints: [`${from}/page.tsx`, `${from}/page.css`],
  outdir: to,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  logLevel: 'warning',
})
for (const name of ['page.html', 'icon.svg']) await copyFile(`${from}/${name}`, `${to}/${name}`)
