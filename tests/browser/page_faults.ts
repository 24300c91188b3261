/**
 * The checks that every page must pass on every screen. A page with a fault, and with PICTURES=1 every page, leaves a
 * picture in tests/output.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'

const OUTPUT = join(import.meta.dirname, '..', 'output')
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** The limit below which web.dev calls a layout shift good. */
const SHIFT_MAX = 0.1
const AGAIN_MS = 500
const EVERY_PICTURE = process.env.PICTURES === '1'

export const SCREENS = {
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  desk: { viewport: { width: 1280, height: 860 } },
} satisfies Record<string, BrowserContextOptions>
export type Screen = keyof typeof SCREENS

/** Loads axe together with each page: a quarter of the time that it takes to load it into a page that is open. */
export async function withAxe(page: Page): Promise<Page> {
  await page.addInitScript(AXE)
  return page
}

/** Of pages that are built from the same parts as those of pages.test.ts, which are checked on both. `npm run pictures` has all. */
export const SCREENS_CHECKED: readonly Screen[] = EVERY_PICTURE ? ['phone', 'desk'] : ['phone']

/**
 * The faults of the page: what axe finds, content wider than the window, layout shifts, a tab that does not name the page. Dark
 * differs only in its colours, and these do not depend on the window: on the phone they are checked again.
 */
export async function pageFaults(page: Page, name: string, screen: Screen): Promise<string[]> {
  await settled(page)
  const light = [
    ...(await axeFaults(page)),
    ...(await wideFaults(page)),
    ...(await shiftFaults(page)),
    ...(await titleFaults(page)),
  ]
  await picture(page, `${name} ${screen} light`, light)
  if (screen === 'desk' && !EVERY_PICTURE) return light.map((fault) => `${name}, ${screen}: ${fault}`)
  await page.emulateMedia({ colorScheme: 'dark' })
  await untilStill(page)
  const dark = await axeFaults(page, 'cat.color')
  await picture(page, `${name} ${screen} dark`, dark)
  await page.emulateMedia({ colorScheme: 'light' })
  return [...light, ...dark.map((fault) => `in the dark ${fault}`)].map(
    (fault) => `${name}, ${screen}: ${fault}`,
  )
}

async function titleFaults(page: Page): Promise<string[]> {
  const title = await page.title()
  return / · .+$/.test(title) ? [] : [`the title of the tab is only “${title}”`]
}

async function picture(page: Page, name: string, faults: readonly string[]): Promise<void> {
  if (faults.length === 0 && !EVERY_PICTURE) return
  mkdirSync(OUTPUT, { recursive: true })
  await page.evaluate('scrollTo(0, 0)')
  await page.screenshot({ path: join(OUTPUT, `${name}.png`.replaceAll(' ', '_')), fullPage: true })
}

/** Resolves when the page is drawn in its own typeface and no animation runs any more. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate('document.fonts.ready')
  await untilStill(page)
}

/** Ignores the endless animations of spinners and skeletons. */
async function untilStill(page: Page): Promise<void> {
  await page.evaluate(`Promise.all(document.getAnimations()
    .filter((a) => a.effect.getComputedTiming().endTime !== Infinity).map((a) => a.finished.catch(() => {})))`)
}

/** What axe finds twice: at the first check a notice may just be fading in. */
async function axeFaults(page: Page, tag?: string): Promise<string[]> {
  const first = await runAxe(page, tag)
  if (first.length === 0) return first
  await page.waitForTimeout(AGAIN_MS)
  await untilStill(page)
  return runAxe(page, tag)
}

async function runAxe(page: Page, tag?: string): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(AXE)
  const found =
    (await page.evaluate(`axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], ...(tag && { runOnly: [tag] }) })})
    .then(({ violations }) => violations.map(({ id, impact, nodes }) =>
      ({ id, impact, where: nodes.map(({ target, failureSummary }) => target + ' ' + failureSummary).join(' | ') })))`)) as {
      id: string
      impact: string
      where: string
    }[]
  return found.map(({ id, impact, where }) => `${impact} ${id} at ${where}`)
}

async function wideFaults(page: Page): Promise<string[]> {
  const [content, frame] = (await page.evaluate(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  )) as [number, number]
  return content > frame ? [`${content} px wide in a window of ${frame} px`] : []
}

/** Content that moved without an input of the visitor. */
async function shiftFaults(page: Page): Promise<string[]> {
  const shift = (await page.evaluate(`new Promise((resolve) => {
    let sum = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
    setTimeout(() => resolve(sum), 50)
  })`)) as number
  return shift > SHIFT_MAX ? [`layout shift of ${shift.toFixed(3)}`] : []
}
