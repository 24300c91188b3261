/**
 * A service that takes connections and says nothing (it is stopped, SIGSTOP): every page says so in time, gives up in
 * time, and shows what it should by itself as soon as the service goes on.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { ServiceProcess } from '../system/processes.ts'
import type { Product } from '../system/world.ts'
import { noBrowser } from './browser.ts'
import { openShop, type Shop } from './shop.ts'

const LATE = 'This is taking longer than usual'
/** Reading gives up after 5 s; a machine that does much else may need longer to say so. */
const TOLD_MS = 20_000
const WINDOWS = 3
/** The longest pause is 15 s, and an attempt begun just before the service goes on may take its 5 s. */
const HEALED_MS = 40_000

type Place = { readonly path: string; readonly wrong: RegExp | string; readonly right: RegExp | string }

suite('a service that hangs, in a real browser', { skip: noBrowser }, () => {
  let shop: Shop
  /** Each with connections of its own: a browser opens few to one shop, and here they all hang. */
  let windows: Page[]
  let product: Product
  let order: string

  before(async () => {
    shop = await openShop()
    product = await shop.addProduct({ name: 'Walnut desk lamp', stock: 9 })
    windows = []
    for (let i = 0; i < WINDOWS; i += 1) {
      const window = await shop.open({ viewport: { width: 1280, height: 860 } })
      await shop.signIn(window, await shop.account('admin'))
      windows.push(window)
    }
    const page = windows[0]!
    const toCart = async () => {
      await page.goto(`/products/${product.id}`)
      await page.getByRole('button', { name: 'Add to cart' }).click()
      await page.getByRole('link', { name: 'Cart, 1 item' }).click()
    }
    await toCart()
    await page.getByRole('button', { name: 'Place order' }).click()
    await page.getByRole('heading', { name: 'Thank you. It’s yours.' }).waitFor()
    order = new URL(page.url()).pathname.split('/').at(-1)!
    await toCart()
  })
  after(() => shop?.close())

  async function look(page: Page, { path, wrong }: Omit<Place, 'right'>) {
    await page.goto(path)
    const late = page.getByRole('status').getByText(LATE).waitFor({ timeout: TOLD_MS })
    const told = page.getByText(wrong).first().waitFor({ timeout: TOLD_MS })
    const first = await Promise.race([late.then(() => 'late'), told.then(() => 'told')])
    await told
    assert.equal(first, 'late', `${path} says that it takes long before it gives up`)
    await page.getByText(LATE).waitFor({ state: 'detached', timeout: TOLD_MS })
  }

  /** The window at index 0 is the buyer's, whose cart and order these are. */
  async function hang(service: ServiceProcess, places: readonly Place[]) {
    for (let round = 0; round < places.length; round += WINDOWS) {
      const shown = places.slice(round, round + WINDOWS)
      service.standStill()
      try {
        await Promise.all(shown.map((place, i) => look(windows[i]!, place)))
      } finally {
        service.resume()
      }
      await Promise.all(
        shown.map(({ right }, i) =>
          windows[i]!.locator('main').getByText(right).first().waitFor({ timeout: HEALED_MS }),
        ),
      )
    }
  }

  test('product_service: catalogue, product, cart, and the shopkeeper’s pages', () =>
    hang(shop.products, [
      { path: '/cart', wrong: 'We could not check prices and stock', right: /\d in stock/ },
      { path: '/', wrong: 'We could not show the products', right: 'Walnut desk lamp' },
      { path: '/admin', wrong: 'We could not read the products', right: 'Stock running out' },
      {
        path: `/products/${product.id}`,
        wrong: 'We could not show this product',
        right: 'Live: this number changes',
      },
      { path: '/admin/products', wrong: 'We could not show the products', right: 'Walnut desk lamp' },
      {
        path: `/admin/products/${product.id}`,
        wrong: 'We could not show this product',
        right: 'Free to sell',
      },
    ]))

  test('order_service: orders and order, and the shopkeeper’s', () =>
    hang(shop.orders, [
      { path: '/orders', wrong: 'We could not show your orders', right: 'Walnut desk lamp' },
      { path: '/admin/orders', wrong: 'We could not show these orders', right: 'Walnut desk lamp' },
      { path: `/admin/orders/${order}`, wrong: 'We could not show this order', right: 'Ordered by' },
      { path: `/orders/${order}`, wrong: 'We could not show this order', right: 'Your items are held' },
    ]))

  test('what a page shows already stays, is said to be old, and is live again by itself', async () => {
    const page = windows[0]!
    await page.goto(`/products/${product.id}`)
    await page.getByText('Live: this number changes').waitFor()
    shop.products.standStill()
    try {
      await page.getByText('We cannot update it right now').waitFor({ timeout: TOLD_MS })
      await page.getByRole('heading', { name: 'Walnut desk lamp' }).waitFor()
    } finally {
      shop.products.resume()
    }
    await page.getByText('Live: this number changes').waitFor({ timeout: HEALED_MS })
  })

  test('the failure stays on the page while it is tried again, and coming back to the window asks at once', async () => {
    const page = windows[0]!
    shop.products.standStill()
    try {
      await look(page, { path: '/', wrong: 'We could not show the products' })
      const asked = page.waitForRequest(/\/api\/products\?/, { timeout: TOLD_MS })
      await page.evaluate('void window.dispatchEvent(new Event("focus"))')
      await asked
      for (let i = 0; i < 10; i += 1) {
        assert.ok(await page.getByText('We could not show the products').isVisible(), 'no word is taken back')
        await page.waitForTimeout(100)
      }
    } finally {
      shop.products.resume()
    }
    await page.locator('main').getByText('Walnut desk lamp').waitFor({ timeout: HEALED_MS })
  })
})
