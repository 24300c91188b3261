/** Whether the top of a page stays where the gateway served it, when the app has taken over (storefront/src/pages/served_top.ts). */
import type { Page } from 'playwright-core'

/** Every text and picture that is seen, with its place. */
const PLACED = `window.placed = (root) => [...root.querySelectorAll('*')]
  .filter((each) => each.matches('img') || (each.children.length === 0 && each.textContent.trim() !== ''))
  .filter((each) => !each.closest('.served-rest, .served-late, .sr-only, script, style'))
  .map((each) => {
    const { x, y, width, height } = each.getBoundingClientRect()
    return { x, y, width, height, what: each.matches('img') ? each.alt : each.textContent }
  })
  .filter(({ width }) => width > 0)`

/** The app renders after it has waited for its typeface. */
const WATCH = `{
  ${PLACED}
  const load = document.fonts.load.bind(document.fonts)
  document.fonts.load = async (...of) => {
    const faces = await load(...of)
    const served = document.querySelector('.served')
    if (served) window.servedTop = window.placed(served)
    return faces
  }
}`

/** Of the pages that this one opens from now on. */
export async function watchServed(page: Page): Promise<Page> {
  await page.addInitScript(WATCH)
  return page
}

/** Whether the page came with its top, and the app waited for the typeface. */
export const isServed = (page: Page): Promise<boolean> => page.evaluate(`'servedTop' in window`)

type Placed = Record<'x' | 'y' | 'width' | 'height', number> & { readonly what: string }

/** What was served, and is not at the same place now; or that nothing was served. */
export async function movedFaults(page: Page): Promise<string[]> {
  const [before, now] = await page.evaluate<[Placed[] | undefined, Placed[]]>(
    `[window.servedTop, window.placed(document.querySelector('#root'))]`,
  )
  if (!before || before.length === 0) return ['nothing was served']
  const near = (a: Placed, b: Placed) =>
    a.what === b.what &&
    (['x', 'y', 'width', 'height'] as const).every((side) => Math.abs(a[side] - b[side]) <= 1)
  return before
    .filter((each) => !now.some((other) => near(each, other)))
    .map(({ what, x, y }) => `“${what}” was at ${Math.round(x)}, ${Math.round(y)} before the app`)
}
