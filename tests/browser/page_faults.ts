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
/** From an input to what answers it. */
const ANSWER_MS = 5_000
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

type Theme = 'light' | 'dark'
/** Dark differs only in its colours, and these do not depend on the window: a page on both screens needs each theme once. */
const THEMES: Readonly<Record<Screen, readonly Theme[]>> = { phone: ['light', 'dark'], desk: ['light'] }

/** For a page that is checked on both screens: on the phone dark, on the desk light. */
export const THEME_OF: Readonly<Record<Screen, Theme>> = { phone: 'dark', desk: 'light' }

/**
 * The faults of the page: what axe finds, content wider than the window, layout shifts, a tab that does not name the page. In the
 * theme `only`, in which it was opened, or else in those of THEMES.
 */
export async function pageFaults(page: Page, name: string, screen: Screen, only?: Theme): Promise<string[]> {
  await settled(page)
  const themes = EVERY_PICTURE ? THEMES.phone : only ? [only] : THEMES[screen]
  const faults: string[] = []
  const opened = only ?? 'light'
  let worn = opened
  for (const [i, theme] of themes.entries()) {
    if (theme !== worn) await wear(page, theme)
    worn = theme
    const found = [
      ...(await axeFaults(page, i === 0 ? everyRule(theme) : COLOURS)),
      ...(i === 0
        ? [...(await wideFaults(page)), ...(await shiftFaults(page)), ...(await titleFaults(page))]
        : []),
    ]
    await picture(page, `${name} ${screen} ${theme}`, found)
    faults.push(
      ...found.map((fault) => `${name}, ${screen}: ${theme === 'dark' ? 'in the dark ' : ''}${fault}`),
    )
  }
  if (worn !== opened) await wear(page, opened)
  return faults
}

/** Without the transitions from one theme to the other: drawing each step of them takes as long as checking the page. */
async function wear(page: Page, colorScheme: Theme): Promise<void> {
  await page.evaluate(`{
    const still = new CSSStyleSheet()
    still.replaceSync('*, ::before, ::after { transition: none !important }')
    document.adoptedStyleSheets.push(still)
    window.untilChanged = () => { document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== still) }
  }`)
  await page.emulateMedia({ colorScheme })
  await untilStill(page)
  await page.evaluate('document.body.offsetHeight, untilChanged()')
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

type Rules = { readonly runOnly?: readonly string[]; readonly rules?: object }
const COLOURS: Rules = { runOnly: ['cat.color'] }
/** In the dark text has the contrast of WCAG's level AAA. */
const everyRule = (theme: Theme): Rules =>
  theme === 'light' ? {} : { rules: { 'color-contrast-enhanced': { enabled: true } } }

/** What axe finds twice: at the first check a notice may just be fading in. */
async function axeFaults(page: Page, rules: Rules): Promise<string[]> {
  const first = await runAxe(page, rules)
  if (first.length === 0) return first
  await page.waitForTimeout(AGAIN_MS)
  await untilStill(page)
  return runAxe(page, rules)
}

async function runAxe(page: Page, rules: Rules): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(AXE)
  // Of what axe loads first, its rules need the media alone; the style sheets are a third of its time.
  const options = { resultTypes: ['violations'], preload: { assets: ['media'] }, ...rules }
  const found = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})
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

/**
 * Content that moved without an input of the visitor. What moves soon after one is the answer to it, which a busy machine gives later than
 * within the half second that browsers allow for.
 */
async function shiftFaults(page: Page): Promise<string[]> {
  const shift = (await page.evaluate(`new Promise((resolve) => {
    let sum = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const answers = entry.lastInputTime > 0 && entry.startTime - entry.lastInputTime < ${ANSWER_MS}
        if (!entry.hadRecentInput && !answers) sum += entry.value
      }
    }).observe({ type: 'layout-shift', buffered: true })
    setTimeout(() => resolve(sum), 50)
  })`)) as number
  return shift > SHIFT_MAX ? [`layout shift of ${shift.toFixed(3)}`] : []
}
