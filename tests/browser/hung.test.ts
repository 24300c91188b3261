/**
 * A service that accepts connections and does not answer (SIGSTOP): every page says so in time, gives up in time,
 * and shows its content as soon as the service continues.
 */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { ServiceProcess } from '../system/processes.ts'
import { type Product, signIn } from '../system/world.ts'
import { noBrowser } from './browser.ts'
import { openShop, type Shop, type Visitor } from './shop.ts'

const LATE = 'This is taking longer than usual'
const STEP_MS = 100
/** A clock stops at a time ahead only: more than a busy machine takes between the two calls, less than a token is valid. */
const AHEAD_MS = 60_000
/** Of the page's own time, since it said that it takes long. */
const GIVES_UP_MS = 5_000
const NO_PRODUCTS = 'We could not show the products'

type Place = { readonly path: string; readonly wrong: string; readonly right: RegExp | string }
/** One window: what it must show while the service hangs, and after the service continues. */
type View = { whileHung(): Promise<unknown>; afterwards(): Promise<unknown> }

suite('a service that hangs, in a real browser', { skip: noBrowser }, () => {
  let shop: Shop
  let buyer: Visitor
  let product: Product
  let order: string

  before(async () => {
    shop = await openShop()
    product = await shop.addProduct({ name: 'Walnut desk lamp', stock: 9 })
    buyer = await shop.account('admin')
    const account = await signIn(shop.auth.url, buyer.username, buyer.password)
    order = (await shop.bought(account, { lines: [{ product, quantity: 1 }] })).id
  })
  afterEach(() => shop?.leave())
  after(() => shop?.close())

  /** Separate windows, because a browser opens few connections to one origin, and here they all hang. */
  const open = async () => shop.enter(await shop.openNew(), buyer)

  async function hang(service: ServiceProcess, views: readonly View[]) {
    service.standStill()
    try {
      await Promise.all(views.map((view) => view.whileHung()))
    } finally {
      service.resume()
    }
    await Promise.all(views.map((view) => view.afterwards()))
  }

  async function viewOf({ path, wrong, right }: Place, { page = open(), more = async (_: Page) => {} } = {}) {
    const window = await page
    return {
      whileHung: async () => {
        await openUntilNotices(window, path, wrong)
        await more(window)
      },
      afterwards: () => window.locator('main').getByText(right).first().waitFor(),
    }
  }

  /**
   * The time of the page passes in steps, never faster than real time, and stands still while the page is busy: on a busy
   * machine its notices would appear in another order.
   */
  async function openUntilNotices(page: Page, path: string, wrong: string) {
    const gaveUp = page.getByText(wrong).first()
    const late = page.getByText(LATE)
    let lateMs = 0
    await page.clock.install()
    await page.clock.pauseAt(Date.now() + AHEAD_MS)
    await page.goto(path)
    while (!(await gaveUp.isVisible())) {
      if (lateMs > 0 || (await late.isVisible())) lateMs += STEP_MS
      assert.ok(lateMs <= GIVES_UP_MS, `${path} gives up in time`)
      await Promise.all([page.clock.runFor(STEP_MS), sleep(STEP_MS)])
    }
    await page.clock.resume()
    assert.ok(lateMs > 0, `${path} says that it takes long before it gives up`)
    await late.waitFor({ state: 'detached' })
  }

  /** A window that showed a cart with the product before. */
  async function windowWithACart(): Promise<Page> {
    const page = await open()
    await page.goto(`/products/${product.id}`)
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('link', { name: 'Cart, 1 item' }).waitFor()
    return page
  }

  /** The content of the page stays, is marked as old, and is updated again without a reload. */
  async function viewThatWasLive(): Promise<View> {
    const page = await open()
    await page.goto(`/products/${product.id}`)
    await page.getByText('Live: this number changes').waitFor()
    return {
      whileHung: async () => {
        await page.getByText('We cannot update it right now').waitFor()
        await page.getByRole('heading', { name: 'Walnut desk lamp' }).waitFor()
      },
      afterwards: () => page.getByText('Live: this number changes').waitFor(),
    }
  }

  /** The failure stays on the page during retries, and focusing the window retries at once. */
  async function comeBackTo(page: Page) {
    const asked = page.waitForRequest(/\/api\/catalogue\?/)
    await page.evaluate('void window.dispatchEvent(new Event("focus"))')
    await asked
    for (let i = 0; i < 10; i += 1) {
      assert.ok(await page.getByText(NO_PRODUCTS).isVisible(), 'no word is taken back')
      await page.waitForTimeout(100)
    }
  }

  test('product_service: catalogue, product, cart and admin pages; shown content and failures stay', async () => {
    const wrong = 'We could not show this product'
    await hang(
      shop.products,
      await Promise.all([
        viewOf(
          { path: '/cart', wrong: 'We could not check prices and stock', right: /\d in stock/ },
          { page: windowWithACart() },
        ),
        viewOf({ path: '/', wrong: NO_PRODUCTS, right: 'Walnut desk lamp' }, { more: comeBackTo }),
        viewOf({ path: '/admin', wrong: 'We could not read the products', right: 'Stock running out' }),
        viewOf({ path: `/products/${product.id}`, wrong, right: 'Live: this number changes' }),
        viewOf({ path: '/admin/products', wrong: NO_PRODUCTS, right: 'Walnut desk lamp' }),
        viewOf({ path: `/admin/products/${product.id}`, wrong, right: 'Free to sell' }),
        viewThatWasLive(),
      ]),
    )
  })

  test('order_service: the orders and order pages of buyers and admins', async () => {
    const wrong = 'We could not show this order'
    const right = 'Walnut desk lamp'
    await hang(
      shop.orders,
      await Promise.all([
        viewOf({ path: '/orders', wrong: 'We could not show your orders', right }),
        viewOf({ path: '/admin/orders', wrong: 'We could not show these orders', right }),
        viewOf({ path: `/admin/orders/${order}`, wrong, right: 'Ordered by' }),
        viewOf({ path: `/orders/${order}`, wrong, right: 'Your items are held' }),
      ]),
    )
  })
})
