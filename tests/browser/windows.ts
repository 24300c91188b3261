/**
 * The windows of the visitors: contexts of the browser, which share neither cookies nor storage. A new one costs about two
 * seconds of processor time, because its process compiles the scripts of the pages again; so a window that was left is
 * emptied and used again.
 *
 * Promises
 *  1. A window that was left has one tab without a page of the shop, no cookies, no storage and no routes, and is online.
 *     Its caches and the history of the tab are kept.
 *  2. A window of `openNew` was never used before, and is not used again.
 */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { SCREENS } from './page_faults.ts'

export type Windows = {
  /** A separate window: only tabs opened from it share its cookies and storage. On a desktop, if the options do not say otherwise. */
  open(options?: BrowserContextOptions): Promise<Page>
  /** For a test that needs empty caches, or changes the window itself: its clock, or the scripts that run before a page. */
  openNew(options?: BrowserContextOptions): Promise<Page>
  /** One more tab of the same visitor. */
  tab(page: Page): Promise<Page>
  /** The visitors of all windows, or of this one, are gone. */
  leave(page?: Page): Promise<void>
}

type Window = { readonly page: Page; readonly kind: string | undefined }

/** An address of the shop whose page has no script, so nothing writes to the storage any more. */
const BLANK = '/robots.txt'

/** @param listen Called with each tab before it shows anything. */
export function createWindows(browser: Browser, baseURL: string, listen: (page: Page) => void): Windows {
  const inUse = new Set<Window>()
  /** Emptied windows by the options of their context, which cannot be changed. */
  const empty = new Map<string, Page[]>()

  const tabOf = async (context: BrowserContext) => {
    const page = await context.newPage()
    listen(page)
    return page
  }

  async function create(options: BrowserContextOptions, kind?: string): Promise<Page> {
    const context = await browser.newContext({
      baseURL,
      locale: 'en-US',
      reducedMotion: 'reduce',
      ...SCREENS.desk,
      ...options,
    })
    const page = await tabOf(context)
    await page.goto(BLANK)
    inUse.add({ page, kind })
    return page
  }

  async function leave(window: Window) {
    inUse.delete(window)
    const { page, kind } = window
    if (kind === undefined) return page.context().close()
    await clear(page)
    empty.set(kind, [...(empty.get(kind) ?? []), page])
  }

  return {
    async open(options = {}) {
      const kind = JSON.stringify(options)
      const page = empty.get(kind)?.pop()
      if (!page) return create(options, kind)
      inUse.add({ page, kind })
      return page
    },
    openNew: (options = {}) => create(options),
    tab: (page) => tabOf(page.context()),
    async leave(page) {
      const left = [...inUse].filter((window) => page === undefined || window.page === page)
      await Promise.all(left.map(leave))
    },
  }
}

async function clear(page: Page): Promise<void> {
  const context = page.context()
  await Promise.all(
    context
      .pages()
      .filter((tab) => tab !== page)
      .map((tab) => tab.close()),
  )
  await Promise.all([page, context].map((routed) => routed.unrouteAll({ behavior: 'ignoreErrors' })))
  await context.setOffline(false)
  await page.goto(BLANK)
  // After the page is gone, which could still be signing in.
  await context.clearCookies()
  await page.evaluate('localStorage.clear(), sessionStorage.clear()')
}
