/** The admin's log: what was changed in three services, as one list in a real browser. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { call, expectStatus } from '../system/calls.ts'
import type { Order, Product } from '../system/world.ts'
import { noBrowser } from './browser.ts'
import { pageFaults, SCREENS, SCREENS_CHECKED, withAxe } from './page_faults.ts'
import { openShop, type Shop, type Visitor } from './shop.ts'

suite('the log of the admin in a real browser', { skip: noBrowser }, () => {
  let shop: Shop
  let keeper: Visitor
  let page: Page
  let lamp: Product
  let order: Order

  before(async () => {
    shop = await openShop()
    const { token } = shop.admin
    lamp = await shop.addProduct({ name: 'Walnut desk lamp', price: '89.00', stock: 24 })
    const address = `${shop.products.url}/products/${lamp.id}`
    expectStatus(await call('PATCH', address, { token, body: { price: '95.50', name: 'Walnut lamp' } }), 200)
    const adjustment = { delta: -3, reason: 'three broke in the window' }
    expectStatus(await call('POST', `${address}/stock_adjustments`, { token, body: adjustment }), 201)
    lamp = await shop.product(lamp.id)
    const [buyer] = await shop.buyers(1)
    order = await shop.bought(buyer!, { lines: [{ product: lamp, quantity: 1 }] })
    await shop.move(shop.admin, order.id, { status: 'shipped' })
    keeper = await shop.account('admin', 'maya')
    page = await shop.openAs(keeper)
  })
  after(() => shop?.close())

  const rows = (of: Page = page) => of.getByRole('table', { name: 'Changes, newest first' }).getByRole('row')
  const row = (words: string) => rows().filter({ hasText: words })
  const show = (kind: string) => page.getByLabel('Show').selectOption({ label: kind })

  test('one list has the changes of all services, newest first: who, what, before and after', async () => {
    await page.goto('/admin')
    await page.getByRole('link', { name: 'Log' }).click()
    await row('Role changed').first().waitFor()
    const texts = (await rows().allTextContents()).slice(1)
    const at = (words: string) => texts.findIndex((text) => text.includes(words))
    const expected = ['Role changed', 'Order moved', 'Stock adjusted', 'Price changed', 'Product added']
    const found = expected.map(at)
    assert.ok(!found.includes(-1), texts.join('\n'))
    assert.deepEqual(
      found,
      found.toSorted((a, b) => a - b),
      'newest first',
    )
    await row('Price changed').getByText('$89.00').locator('visible=true').waitFor()
    await row('Price changed').getByText('$95.50').locator('visible=true').waitFor()
    await row('Stock adjusted').getByText('three broke in the window').waitFor()
    await row('Order moved').getByText('Shipped').locator('visible=true').waitFor()
    await row('Role changed').getByText('maya').first().waitFor()
    await row('Role changed').getByText(shop.admin.username).locator('visible=true').first().waitFor()
    await row('First admin made').getByText('Operator').locator('visible=true').waitFor()
  })

  test('the kind is a part of the address; what was changed is a link', async () => {
    await page.goto('/admin/log')
    await show('Products and stock: all')
    await row('Role changed').first().waitFor({ state: 'detached' })
    await row('Price changed').waitFor()
    await show('Price changed')
    await page.waitForURL(/kind=product\.price_changed$/)
    await row('Stock adjusted').waitFor({ state: 'detached' })
    await page.reload()
    await row('Price changed').waitFor()
    assert.equal(await rows().count(), 2)
    await row('Price changed').getByRole('link', { name: 'Walnut lamp' }).click()
    await page.waitForURL(`**/admin/products/${lamp.id}`)
    await page.goto('/admin/log?kind=orders')
    await row('Order moved')
      .getByRole('link', { name: /^Order …/ })
      .click()
    await page.waitForURL(`**/admin/orders/${order.id}`)
  })

  test('an author is a link to what they changed; a product has one to who changed it', async () => {
    await page.goto('/admin/log')
    await row('First admin made').getByRole('link', { name: 'Operator' }).click()
    await page.waitForURL(/by=operator$/)
    await row('Price changed').waitFor({ state: 'detached' })
    await row('First admin made').waitFor()
    assert.equal(await rows().count(), 2)
    await page.getByRole('link', { name: 'Show all' }).click()
    await row('Price changed').waitFor()
    await page.goto(`/admin/products/${lamp.id}`)
    await page.getByRole('link', { name: 'by whom' }).click()
    await row('Product added').waitFor()
    assert.equal(await row('Role changed').count(), 0)
    await show('Products and stock: all')
    await page.waitForURL(new RegExp(`of=${lamp.id}`))
    await row('Product added').waitFor()
    await show('Role changed')
    await row('maya').first().waitFor()
    assert.doesNotMatch(page.url(), /of=/)
  })

  test('a kind without changes says so', async () => {
    await page.goto('/admin/log?kind=product.deleted')
    await page.getByText('No changes of this kind').waitFor()
  })

  test('a word that is no kind shows every change', async () => {
    for (const word of ['toString', 'constructor', 'nothing']) {
      await page.goto(`/admin/log?kind=${word}`)
      await row('Price changed').waitFor()
      await row('Role changed').first().waitFor()
    }
  })

  test('"Load more" reads on without gaps', async () => {
    const { token } = shop.admin
    const address = `${shop.products.url}/products/${lamp.id}/stock_adjustments`
    for (let i = 0; i < 60; i++) {
      expectStatus(await call('POST', address, { token, body: { delta: 1, reason: `found ${i}` } }), 201)
    }
    await page.goto('/admin/log')
    await row('found 59').waitFor()
    assert.equal(await row('Order moved').count(), 0, 'older than what is loaded of the stock')
    const first = await rows().count()
    await page.getByRole('button', { name: 'Load more' }).click()
    await row('Order moved').waitFor()
    await row('found 0').first().waitFor()
    assert.equal(await row('found').count(), 60)
    assert.ok((await rows().count()) > first)
    await page.getByRole('button', { name: 'Load more' }).waitFor({ state: 'detached' })
  })

  test('a service that is down hides only its part, and the page says which', async () => {
    await shop.orders.kill()
    await page.goto('/admin/log')
    await page.getByText('Orders: missing here').waitFor()
    await row('found 59').waitFor()
    await shop.orders.start()
    const complete = page.getByText('Orders: missing here').waitFor({ state: 'detached' })
    // The page asks again by itself, too, and then there is nothing to press.
    await Promise.any([page.getByRole('button', { name: 'Try again' }).click(), complete])
    await complete
    await show('Order moved')
    await row('Order moved').waitFor()
  })

  for (const size of SCREENS_CHECKED) {
    test(`on a ${size}, light and dark`, async () => {
      const small = await withAxe(await shop.enter(await shop.openNew(SCREENS[size]), keeper))
      await small.goto('/admin/log')
      await rows(small).filter({ hasText: 'found 59' }).waitFor()
      const faults = await pageFaults(small, 'admin log', size)
      await shop.leave(small)
      assert.deepEqual(faults, [])
    })
  }
})
