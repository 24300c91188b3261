/**
 * Extreme user input: very long words, in a script that runs from right to left. On every page, on a phone, nothing is
 * wider than the window, and each text has its own direction.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { call, expectStatus } from '../system/calls.ts'
import type { Account, Product } from '../system/world.ts'
import { noBrowser } from './browser.ts'
import { SCREENS } from './page_faults.ts'
import { openShop, type Shop, type Visitor } from './shop.ts'

const NAME = `${'ب'.repeat(150)} ${'w'.repeat(40)}`
const DESCRIPTION = `${'ش'.repeat(1_500)}${'w'.repeat(1_500)}`
/** A unique word, and the same with one typing error. */
const WORD = 'مصباحكبير'
const MISSPELT = 'مصباخكبير'
const NOTE = 'ن'.repeat(200)
const PASSWORD = 'plum tart on tuesday'
/** The longest possible username, without a position to break it. */
const username = () => `${'W'.repeat(24)}${randomBytes(4).toString('hex')}`

suite('typed text in a real browser', { skip: noBrowser }, () => {
  let shop: Shop
  let page: Page
  let product: Product
  let keeper: Visitor
  let order: string

  before(async () => {
    shop = await openShop()
    const { token } = shop.admin
    product = expectStatus(
      await call<Product>('POST', `${shop.products.url}/products`, {
        token,
        body: { name: NAME, description: DESCRIPTION, price: '123456.78', stock: 5 },
      }),
      201,
    )
    expectStatus(
      await call('POST', `${shop.products.url}/products/${product.id}/stock_adjustments`, {
        token,
        body: { delta: -1, reason: NOTE },
      }),
      201,
    )
    await shop.addProduct({ name: WORD, stock: 1 })
    keeper = { username: username(), password: PASSWORD }
    const { id } = expectStatus(
      await call<{ id: string }>('POST', `${shop.auth.url}/register`, { body: keeper }),
      201,
    )
    expectStatus(
      await call('PUT', `${shop.auth.url}/users/${id}/role`, { token, body: { role: 'admin' } }),
      200,
    )
    const login = await call<{ access_token: string }>('POST', `${shop.auth.url}/login`, { body: keeper })
    const account: Account = { id, username: keeper.username, token: expectStatus(login, 200).access_token }
    order = (await shop.bought(account, { lines: [{ product, quantity: 1 }] })).id
    page = await shop.openAs(keeper, SCREENS.phone)
  })
  after(() => shop?.close())

  /** Faults of the visible content: a text without its own direction, or an element wider than its frame. */
  const faultsOf = async (where: string): Promise<string[]> => {
    const found = (await page.evaluate(`((username) => {
      const typed = (text) => /[\\u0600-\\u06ff]/.test(text) || text.includes(username)
      const faults = []
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      while (texts.nextNode()) {
        const { data, parentElement } = texts.currentNode
        if (!typed(data) || parentElement.closest('script, .sr-only, [dir=auto]')) continue
        faults.push('no direction of its own: ' + parentElement.outerHTML.slice(0, 120))
      }
      for (const field of document.querySelectorAll('input, textarea')) {
        if (typed(field.value) && field.dir !== 'auto') faults.push('a field without direction: ' + field.name)
      }
      for (const frame of [document.documentElement, ...document.querySelectorAll('[role=dialog], [role=alertdialog], section')]) {
        const { scrollWidth, clientWidth } = frame
        if (scrollWidth > clientWidth) {
          faults.push((frame.ariaLabel ?? frame.tagName) + ': ' + scrollWidth + ' px in ' + clientWidth)
        }
      }
      return faults
    })(${JSON.stringify(keeper.username)})`)) as string[]
    return found.map((fault) => `${where}: ${fault}`)
  }

  const shown = () => page.locator('main').getByText('ببب').first().waitFor()

  async function look(path: string, ready: () => Promise<unknown> = shown): Promise<string[]> {
    await page.goto(path)
    await ready()
    return faultsOf(path)
  }

  test('on the buyer’s pages', async () => {
    const faults = [
      ...(await look('/')),
      ...(await look(`/?q=${encodeURIComponent('ب'.repeat(90))}`, () =>
        page.getByRole('heading', { level: 1 }).waitFor(),
      )),
      ...(await look(`/?q=${encodeURIComponent(MISSPELT)}`, () =>
        page.getByText('Showing results').waitFor(),
      )),
      ...(await look(`/products/${product.id}`)),
    ]
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByText('In your cart', { exact: true }).waitFor()
    faults.push(...(await faultsOf('added to the cart')), ...(await look('/cart')))
    await page.evaluate(`(() => {
      const [line] = JSON.parse(localStorage['shop.cart'])
      localStorage['shop.cart'] = JSON.stringify([{ ...line, unitPrice: '1.00', quantity: 90 }])
    })()`)
    faults.push(
      ...(await look('/cart', () => page.getByText('Something has changed in the meantime').waitFor())),
    )
    faults.push(
      ...(await look('/orders')),
      ...(await look(`/orders/${order}`)),
      ...(await look('/account', () => page.getByText('With us since').waitFor())),
    )
    assert.deepEqual(faults, [])
  })

  test('on the admin pages', async () => {
    const faults = [
      ...(await look('/admin', () => page.getByText('Stock running out').waitFor())),
      ...(await look('/admin/products')),
      ...(await look(`/admin/products/${product.id}`, () => page.getByText('نننن').first().waitFor())),
      ...(await look('/admin/orders')),
      ...(await look(`/admin/orders/${order}`)),
      ...(await look('/admin/people', () => page.getByText(keeper.username).first().waitFor())),
    ]
    await page.getByRole('button', { name: `Make customer: ${keeper.username}` }).click()
    await page.getByRole('alertdialog').waitFor()
    faults.push(...(await faultsOf('role dialog')))
    await page.goto(`/admin/products/${product.id}`)
    await shown()
    await page
      .getByRole('button', { name: /^Remove/ })
      .first()
      .click()
    await page.getByRole('alertdialog').waitFor()
    faults.push(...(await faultsOf('remove dialog')))
    assert.deepEqual(faults, [])
  })
})
