import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where a Chromium is; undefined where there is none, which a test says loudly. */
export function chromiumPath(): string | undefined {
  const named = process.env['CHROMIUM_PATH']
  return [...(named ? [named] : []), ...places].find((path) => existsSync(path))
}

export async function openBrowser(executablePath: string): Promise<AsyncDisposable & { browser: Browser }> {
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
  return { browser, [Symbol.asyncDispose]: () => browser.close() }
}

/** A page that notes whatever goes wrong on it: errors, refusals of the content policy, calls to elsewhere. */
export async function openPage(
  browser: Browser,
  url: string,
  look: { colorScheme?: 'light' | 'dark'; width?: number } = {},
): Promise<{ page: Page; wrong: string[] }> {
  const { colorScheme = 'light', width = 1440 } = look
  const page = await browser.newPage({ colorScheme, viewport: { width, height: width < 700 ? 844 : 900 } })
  const wrong: string[] = []
  page.on('pageerror', (error) => void wrong.push(error.message))
  page.on('dialog', (dialog) => void wrong.push(`a dialog: ${dialog.message()}`))
  page.on('console', (message) => {
    if (message.type() === 'error') wrong.push(`${message.text()} ${message.location().url}`)
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(url).origin)) wrong.push(`asks ${request.url()}`)
  })
  await page.goto(url)
  return { page, wrong }
}

type Violation = { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }

/** What axe finds on the page that is serious or critical, in words. */
export async function seriousFlaws(page: Page): Promise<string[]> {
  // Not as a script of the page: its policy lets in none but its own.
  const { default: axe } = await import('axe-core')
  await page.evaluate(axe.source)
  const found = (await page.evaluate('axe.run(document)')) as { violations: Violation[] }
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`))
}

/** Keeps how it looked, for a person: in `test/output/`, which git ignores. */
export async function keepLook(page: Page, name: string): Promise<void> {
  mkdirSync('test/output', { recursive: true })
  await page.screenshot({ path: join('test', 'output', `${name}.png`) })
}

/** By how many pixels the page is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - innerWidth')
}
