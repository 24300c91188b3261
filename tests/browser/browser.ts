/**
 * The browser of the tests: the machine's Chromium. Without one the suites are skipped, and say so.
 * `chromium-headless-shell`, which has no windows, draws the same at half the cost.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

const PLACES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].map(
  (name) => `/usr/bin/${name}`,
)
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const path = [process.env.CHROMIUM_PATH, ...PLACES].find((place) => place && existsSync(place))

/** For `suite(name, { skip: noBrowser }, …)`: false, or why the suite cannot run. */
export const noBrowser: string | false =
  path === undefined &&
  'no Chromium found; install it (apt-get install chromium-headless-shell) or set CHROMIUM_PATH'

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: path!, headless: true, args: ARGUMENTS })

const FOCUS_MS = 30_000

/** The accessible name of the focused element. */
export const focused = (page: Page) =>
  page.evaluate<string>(`(() => {
    const at = document.activeElement
    return (at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent).trim()
  })()`)

/** Fails unless a matching element gets the focus. Pages move it after drawing, so it waits for a moment. */
export async function expectFocus(
  page: Page,
  name: string | RegExp,
  why = 'the page moves it',
): Promise<void> {
  const fits = (found: string) => (typeof name === 'string' ? found === name : name.test(found))
  let found = await focused(page)
  for (const end = Date.now() + FOCUS_MS; !fits(found) && Date.now() < end; found = await focused(page)) {
    await page.waitForTimeout(50)
  }
  assert.ok(fits(found), `The focus is on "${found}", not on "${name}": ${why}`)
}
