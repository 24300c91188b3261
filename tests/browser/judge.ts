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

export const SCREENS = {
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  desk: { viewport: { width: 1280, height: 860 } },
} satisfies Record<string, BrowserContextOptions>
export type Screen = keyof typeof SCREENS

/**
 * Faults of the page as it stands, light and dark: for axe, wider than the window, jumped. The two differ in their
 * colours alone, so of the second only these are asked for again.
 */
export async function judge(page: Page, name: string, screen: Screen): Promise<string[]> {
  await settled(page)
  await take(page, `${name} ${screen} light`)
  const faults = [...(await axeFaults(page)), ...(await wideFaults(page)), ...(await shiftFaults(page))]
  await page.emulateMedia({ colorScheme: 'dark' })
  await untilStill(page)
  await take(page, `${name} ${screen} dark`)
  const dark = await axeFaults(page, 'cat.color')
  await page.emulateMedia({ colorScheme: 'light' })
  return [...faults, ...dark.map((fault) => `in the dark ${fault}`)].map(
    (fault) => `${name}, ${screen}: ${fault}`,
  )
}

async function take(page: Page, name: string): Promise<void> {
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
