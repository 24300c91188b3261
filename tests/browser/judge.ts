/**
 * What every page must pass on every screen. Pictures in tests/output, for a person to look at: of a page with a fault,
 * and with PICTURES=1 of every page.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'

const OUTPUT = join(import.meta.dirname, '..', 'output')
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** What web.dev calls good; we are content with nothing less. */
const SHIFT_MAX = 0.1
const AGAIN_MS = 500
const EVERY_PICTURE = process.env.PICTURES === '1'

export const SCREENS = {
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  desk: { viewport: { width: 1280, height: 860 } },
} satisfies Record<string, BrowserContextOptions>
export type Screen = keyof typeof SCREENS

/** Loads axe with each page that comes, which takes a quarter of the time of loading it into a page that is there. */
export async function withAxe(page: Page): Promise<Page> {
  await page.addInitScript(AXE)
  return page
}

/**
 * Faults of the page as it stands, light and dark: for axe, wider than the window, jumped. The two differ in their
 * colours alone, so of the second only these are checked again.
 */
export async function judge(page: Page, name: string, screen: Screen): Promise<string[]> {
  await settled(page)
  const light = [...(await axeFaults(page)), ...(await wideFaults(page)), ...(await shiftFaults(page))]
  await picture(page, `${name} ${screen} light`, light)
  await page.emulateMedia({ colorScheme: 'dark' })
  await untilStill(page)
  const dark = await axeFaults(page, 'cat.color')
  await picture(page, `${name} ${screen} dark`, dark)
  await page.emulateMedia({ colorScheme: 'light' })
  return [...light, ...dark.map((fault) => `in the dark ${fault}`)].map(
    (fault) => `${name}, ${screen}: ${fault}`,
  )
}

async function picture(page: Page, name: string, faults: readonly string[]): Promise<void> {
  if (faults.length === 0 && !EVERY_PICTURE) return
  mkdirSync(OUTPUT, { recursive: true })
  await page.evaluate('scrollTo(0, 0)')
  await page.screenshot({ path: join(OUTPUT, `${name}.png`.replaceAll(' ', '_')), fullPage: true })
}

/** Fit to be looked at: drawn in its own typeface, and nothing comes in any more. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate('document.fonts.ready')
  await untilStill(page)
}

/** Spinners and skeletons move as long as they are there. */
async function untilStill(page: Page): Promise<void> {
  await page.evaluate(`Promise.all(document.getAnimations()
    .filter((a) => a.effect.getComputedTiming().endTime !== Infinity).map((a) => a.finished.catch(() => {})))`)
}

/** What axe still finds at a second look: at the first, a notice may just be fading in, or a heading just be drawn. */
async function axeFaults(page: Page, tag?: string): Promise<string[]> {
  const first = await axeLook(page, tag)
  if (first.length === 0) return first
  await page.waitForTimeout(AGAIN_MS)
  await untilStill(page)
  return axeLook(page, tag)
}

async function axeLook(page: Page, tag?: string): Promise<string[]> {
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

/** What moved without the visitor having done anything. */
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
