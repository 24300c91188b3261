/** What every page must pass on every screen; a picture of each is kept in tests/output, for a person to look at. */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'

const OUTPUT = join(import.meta.dirname, '..', 'output')
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** What web.dev calls good; we are content with nothing less. */
const SHIFT_MAX = 0.1
const AGAIN_MS = 500

export const SCREENS: Record<string, BrowserContextOptions> = {
  'phone light': {
    viewport: { width: 360, height: 740 },
    isMobile: true,
    hasTouch: true,
    deviceScaleFactor: 2,
    colorScheme: 'light',
  },
  'desk dark': { viewport: { width: 1280, height: 860 }, colorScheme: 'dark' },
  'phone dark': {
    viewport: { width: 360, height: 740 },
    isMobile: true,
    hasTouch: true,
    deviceScaleFactor: 2,
    colorScheme: 'dark',
  },
  'desk light': { viewport: { width: 1280, height: 860 }, colorScheme: 'light' },
}

/** Faults of the page as it stands: for axe, wider than the window, jumped. */
export async function judge(page: Page, name: string, screen: string): Promise<string[]> {
  await settled(page)
  mkdirSync(OUTPUT, { recursive: true })
  const file = join(OUTPUT, `${name} ${screen}.png`.replaceAll(' ', '_'))
  await page.evaluate('scrollTo(0, 0)')
  await page.screenshot({ path: file, fullPage: true })
  const faults = [...(await axeFaults(page)), ...(await wideFaults(page)), ...(await shiftFaults(page))]
  return faults.map((fault) => `${name}, ${screen}: ${fault}`)
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
async function axeFaults(page: Page): Promise<string[]> {
  const first = await axeLook(page)
  if (first.length === 0) return first
  await page.waitForTimeout(AGAIN_MS)
  await untilStill(page)
  return axeLook(page)
}

async function axeLook(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(AXE)
  const found = (await page.evaluate(`axe.run(document, { resultTypes: ['violations'] })
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
