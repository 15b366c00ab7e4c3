import { readFileSync } from 'node:fs'

/** A page in which every block below a comment that names a file (`<!-- test/docs/x.ts -->`) holds that file, as it is now. */
export function withSources(page: string): string {
  return page.replace(
    /<!-- (\S+\.ts) -->\n```ts\n[^]*?```/g,
    (_block, file: string) => `<!-- ${file} -->\n\`\`\`ts\n${readFileSync(file, 'utf8')}\`\`\``,
  )
}
