/** Buying in a browser: the normal case, and every failure between two clicks. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { plain } from '../../product_service/test/pictures.ts'
import { call, type Json } from '../system/calls.ts'
import { until } from '../system/until.ts'
import { noBrowser } from './browser.ts'
import { openShop, type Shop, type Visitor } from './shop.ts'

const WAIT_MS = 60_000

suite('a buyer in a real browser', { skip: noBrowser }, () => {
  let shop: Shop
  before(async () => {
    shop = await openShop()
  })
  afterEach(() => shop?.leave())
  after(() => shop?.close())

  /** A signed-in window with `quantity` of a product in its cart, looking at the cart. */
  async function atTheCart(product: { id: string }, quantity = 1, visitor?: Visitor): Promise<Page> {
    const page = await shop.openAs(visitor ?? (await shop.account()))
    await page.goto(`/products/${product.id}`)
    for (let more = 1; more < quantity; more += 1)
      await page.getByRole('button', { name: 'One more' }).click()
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('link', { name: /^Cart/ }).click()
    await page.getByRole('heading', { name: 'Your cart', exact: true }).waitFor()
    return page
  }

  const order = (page: Page) => page.getByRole('button', { name: 'Place order' }).click()
  const status = (page: Page, words: string) =>
    page.getByRole('status').getByText(words, { exact: true }).waitFor()
  const orderIdIn = (page: Page) => new URL(page.url()).pathname.split('/').at(-1)!
  const onAnOrder = (page: Page) => page.waitForURL(/\/orders\/[0-9a-f-]{36}$/)

  /** The page does not get changes of the product until the order is sent. */
  async function keepUnaware(page: Page, product: { id: string }) {
    const news = `**/api/products/${product.id}`
    await page
      .getByText(/in stock|left|Last one/)
      .first()
      .waitFor()
    await page.route(news, (route) => route.abort())
    await page.route('**/api/orders', async (route) => {
      await page.unroute(news)
      await route.continue()
    })
  }

  /** The number of orders of the user in this window. */
  async function ordersOf(page: Page): Promise<number> {
    await page.goto('/orders')
    await page.getByRole('heading', { name: 'Your orders' }).waitFor()
    await page.locator('main li, main :text("No orders yet")').first().waitFor()
    return page.locator('main li').count()
  }

  test('finds a product, buys as a new customer, and sees it shipped and delivered without reloading', async () => {
    const product = await shop.addProduct({ name: 'Copper kettle', stock: 4, price: '42.50' })
    await shop.addProduct({ name: 'Wool blanket', stock: 4 })
    const page = await shop.open()
    await page.goto('/')
    await page.getByLabel('Search products').fill('copp')
    await page.waitForURL(/q=copp/)
    await page.getByRole('link', { name: 'Wool blanket' }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Copper kettle' }).click()
    await page.getByRole('article').getByText('Only 4 left').waitFor()
    await page.getByRole('button', { name: 'One more' }).click()
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('link', { name: 'Cart, 2 items' }).click()
    await page.getByText('$85.00').first().waitFor()
    await page.getByRole('link', { name: 'Sign in to order' }).click()
    await page.getByRole('link', { name: 'Create an account' }).click()
    await page.getByLabel('Username').fill(`grace_${Date.now().toString(36)}`)
    await page.getByLabel('Password').fill('plum tart on tuesday')
    await page.getByRole('button', { name: 'Create account' }).click()
    await order(page)
    await onAnOrder(page)
    await page.getByRole('heading', { name: 'Thank you. It’s yours.' }).waitFor()
    await page.getByText('Live: the next step').waitFor()
    await page.getByText(/^Order number\s*#\d+$/).waitFor()
    const id = orderIdIn(page)
    for (const [next, words] of [
      ['shipped', 'Shipped'],
      ['delivered', 'Delivered'],
    ] as const) {
      const tracking = next === 'shipped' ? { tracking: { carrier: 'Post', number: 'JD0001' } } : {}
      assert.equal((await shop.move(shop.admin, id, { status: next, ...tracking })).status, 200)
      await status(page, words)
      await page.getByRole('region', { name: 'Your parcel' }).getByText('JD0001').waitFor()
    }
    assert.equal((await shop.product(product.id)).stock, 2)
    assert.equal(await page.getByRole('link', { name: 'Cart, empty' }).count(), 1)
  })

  test('the last unit, ordered in two windows at once, is sold once, and the other window says so', async () => {
    const product = await shop.addProduct({ name: 'Last teapot', stock: 1 })
    const pages = await Promise.all([atTheCart(product), atTheCart(product)])
    await Promise.all(pages.map((page) => keepUnaware(page, product)))
    await Promise.all(pages.map(order))
    const outcome = (page: Page) =>
      Promise.race([
        onAnOrder(page).then(() => 'bought' as const),
        page
          .getByText('has just sold out')
          .waitFor()
          .then(() => 'refused' as const),
      ])
    const outcomes = await Promise.all(pages.map(outcome))
    assert.deepEqual([...outcomes].sort(), ['bought', 'refused'])
    const loser = pages[outcomes.indexOf('refused')]!
    await loser.getByText('Nothing was bought').first().waitFor()
    await loser.getByRole('button', { name: 'Only update my cart' }).click()
    await loser.getByText('Your cart is empty').waitFor()
    assert.equal((await shop.product(product.id)).stock, 0)
  })

  test('a price that changes at the last moment is shown, and accepted in one click', async () => {
    const product = await shop.addProduct({ name: 'Brass lamp', stock: 5, price: '80.00' })
    const page = await atTheCart(product)
    await page.getByText('Only 5 left').waitFor()
    await keepUnaware(page, product)
    await reprice(product.id, '95.00')
    await order(page)
    await page.getByText('Something changed while you were ordering. Nothing was bought.').waitFor()
    await page.getByText('$95.00').first().waitFor()
    await page.getByText('it was $80.00.').waitFor()
    await page.getByRole('button', { name: 'Accept and order' }).click()
    await onAnOrder(page)
    await status(page, 'Confirmed')
    assert.equal((await shop.order(shop.admin, orderIdIn(page))).total_price, '95.00')
  })

  test('a price or a stock that changed while the cart was open is shown before ordering', async () => {
    const product = await shop.addProduct({ name: 'Linen apron', stock: 3, price: '30.00' })
    const page = await atTheCart(product, 3)
    const other = (await shop.buyers(1))[0]!
    assert.equal((await shop.place(other, { lines: [{ product, quantity: 1 }] })).status, 201)
    await reprice(product.id, '28.00')
    await page.getByText('Something has changed in the meantime').waitFor()
    await page.getByText(/only 2 are left; you wanted 3/).waitFor()
    // The line and the total agree.
    await page.getByText('$56.00').nth(1).waitFor()
    await page.getByRole('button', { name: 'Accept and order' }).click()
    await onAnOrder(page)
    const { lines, total_price } = await shop.order(shop.admin, orderIdIn(page))
    assert.deepEqual([(lines as { quantity: number }[])[0]!.quantity, total_price], [2, '56.00'])
  })

  test('while product_service is down an order is accepted, shown as pending, and confirmed later', async () => {
    const product = await shop.addProduct({ name: 'Oak stool', stock: 2 })
    const page = await atTheCart(product)
    await page.getByText('Only 2 left').waitFor()
    await shop.products.kill()
    try {
      await order(page)
      await onAnOrder(page)
      await page.getByText('Processing: your order is safe with us').waitFor()
    } finally {
      await shop.products.start()
    }
    await status(page, 'Confirmed')
    await page.getByText('Oak stool').first().waitFor()
    assert.equal(await ordersOf(page), 1)
  })

  test('after a lost answer the page asks by the order’s key; nothing is bought twice', async () => {
    const product = await shop.addProduct({ name: 'Paper lantern', stock: 9 })
    const page = await atTheCart(product)
    let sent = 0
    // Orders arrive, but their answers are lost, until the page asks by the key.
    await page.route('**/api/orders', async (route) => {
      sent += 1
      await route.fetch().catch(() => {})
      await route.abort('connectionreset')
    })
    await order(page)
    await onAnOrder(page)
    await status(page, 'Confirmed')
    assert.ok(sent > 1, 'the order was sent again under its key')
    assert.equal(await ordersOf(page), 1)
    assert.equal((await shop.product(product.id)).stock, 8)
  })

  test('an order that did not arrive is shown as missing, also after a reload, and can be sent again safely', async () => {
    const product = await shop.addProduct({ name: 'Clay pot', stock: 9 })
    const page = await atTheCart(product)
    await page.route('**/api/orders', (route) => route.abort('internetdisconnected'))
    await page.route('**/api/orders/user/**', (route) => route.abort('internetdisconnected'))
    await order(page)
    await page.getByText('Checking whether your order arrived').waitFor()
    assert.equal(
      await page.getByRole('button', { name: 'Place order' }).getAttribute('aria-disabled'),
      'true',
    )
    await page.goto('/')
    await page.getByText('whether your last order arrived').waitFor()
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await page.getByRole('link', { name: 'Check the order' }).click()
    await page.getByText('Your order did not reach us').waitFor()
    await page.getByRole('button', { name: 'Send it again' }).click()
    await onAnOrder(page)
    assert.equal(await ordersOf(page), 1)
  })

  test('two tabs that order the same cart at once make one order, and the second tab says so', async () => {
    const product = await shop.addProduct({ name: 'Slate coaster', stock: 9 })
    const page = await atTheCart(product)
    const second = await shop.tab(page)
    await second.goto('/cart')
    await second.getByText('9 in stock').waitFor()
    await page.context().route('**/api/orders', async (route) => {
      await second.waitForTimeout(500)
      await route.continue()
    })
    // Playwright's click waits for the tab in front; these two clicks must be simultaneous.
    const press = (tab: Page) => tab.getByRole('button', { name: 'Place order' }).dispatchEvent('click')
    await Promise.all([press(page), press(second)])
    await Promise.race([onAnOrder(page), onAnOrder(second)])
    const [winner, loser] = /orders/.test(page.url()) ? [page, second] : [second, page]
    await loser.getByText('Your cart changed in another tab').waitFor()
    assert.equal(await ordersOf(winner), 1)
    assert.equal((await shop.product(product.id)).stock, 8)
  })

  test('another cart is not ordered while the answer of an order is missing in another tab', async () => {
    const product = await shop.addProduct({ name: 'Cork trivet', stock: 9 })
    const page = await atTheCart(product)
    const second = await shop.tab(page)
    await second.goto('/cart')
    await second.getByText('9 in stock').waitFor()
    await page.route('**/api/orders', async (route) => {
      await route.fetch().catch(() => {})
      await route.abort('connectionreset')
    })
    await page.route('**/api/orders/user/**', (route) => route.abort('connectionreset'))
    await order(page)
    await page.getByText('There was no answer').waitFor()
    await second.getByRole('button', { name: 'One more' }).click()
    await order(second)
    await onAnOrder(second)
    assert.equal(await ordersOf(second), 1)
    assert.equal((await shop.product(product.id)).stock, 8)
  })

  test('a browser with full storage sends no order, says why, and keeps the cart', async () => {
    const product = await shop.addProduct({ name: 'Jute basket', stock: 9 })
    const page = await atTheCart(product)
    await page.evaluate(
      `Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') }`,
    )
    await page.getByRole('button', { name: 'One more' }).click()
    await page.getByRole('link', { name: 'Cart, 2 items' }).waitFor()
    await order(page)
    await page.getByText('could not save the order').waitFor()
    assert.equal((await shop.product(product.id)).stock, 9)
  })

  test('a session that ends while ordering asks to sign in, and then finds the order before offering another', async () => {
    const product = await shop.addProduct({ name: 'Hazel broom', stock: 9 })
    const visitor = await shop.account()
    const page = await atTheCart(product, 1, visitor)
    await page.getByText('9 in stock').waitFor()
    let sent = 0
    await page.route('**/api/orders', async (route) => {
      sent += 1
      if (sent === 1) {
        await route.fetch().catch(() => {})
        await route.abort('connectionreset')
        return
      }
      await page.context().clearCookies()
      await route.fulfill({
        status: 401,
        contentType: 'application/problem+json',
        body: JSON.stringify({ code: 'unauthenticated', detail: 'It has expired.', retryable: false }),
      })
    })
    await order(page)
    await page.getByText('Your session ended while you were ordering').waitFor()
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await page.getByRole('link', { name: 'Sign in to order' }).click()
    await page.getByLabel('Username').fill(visitor.username)
    await page.getByLabel('Password').fill(visitor.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await onAnOrder(page)
    assert.equal(await ordersOf(page), 1)
  })

  test('a browser without storage can still buy, in one tab', async () => {
    const product = await shop.addProduct({ name: 'Birch tray', stock: 9 })
    const page = await shop.openNew()
    await page.addInitScript(`Object.defineProperty(window, 'localStorage', {
      get() { throw new DOMException('Access is denied for this document.', 'SecurityError') },
    })`)
    await page.goto(`/products/${product.id}`)
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('link', { name: 'Cart, 1 item' }).click()
    const { username, password } = await shop.account()
    await page.getByRole('link', { name: 'Sign in to order' }).click()
    await page.getByLabel('Username').fill(username)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await order(page)
    await onAnOrder(page)
    await status(page, 'Confirmed')
  })

  test('invalid values in the browser’s storage are ignored', async () => {
    const product = await shop.addProduct({ name: 'Elm spoon', stock: 9, price: '6.00' })
    const page = await atTheCart(product)
    await page.evaluate(`(() => {
      const { id } = JSON.parse(localStorage['shop.user'])
      const [line] = JSON.parse(localStorage['shop.cart'])
      const worse = [line, line, { ...line, productId: 'b', currency: 'no money' }, { ...line, productId: 'c', quantity: 1e15 }, 7]
      localStorage['shop.cart'] = JSON.stringify(worse)
      localStorage['shop.attempt.' + id] = '{"key":"a"}'
    })()`)
    await page.reload()
    await page.getByText('9 in stock').waitFor()
    assert.equal(await page.locator('main li').count(), 1)
    await order(page)
    await onAnOrder(page)
    await page.evaluate(`localStorage['shop.user'] = '5'`)
    await page.goto('/')
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
  })

  test('the buyer cancels an order, and its stock is free again', async () => {
    const product = await shop.addProduct({ name: 'Felt slippers', stock: 1 })
    const page = await atTheCart(product)
    await order(page)
    await onAnOrder(page)
    assert.equal((await shop.product(product.id)).stock, 0)
    await page.getByRole('button', { name: 'Cancel this order' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel the order' }).click()
    await status(page, 'Cancelled')
    await until('the stock is back', WAIT_MS, async () => (await shop.product(product.id)).stock === 1)
  })

  test('the cart is the same in every tab and after a reload, and shows changes of stock', async () => {
    const product = await shop.addProduct({ name: 'Glass carafe', stock: 5 })
    const page = await shop.open()
    await page.goto(`/products/${product.id}`)
    const second = await shop.tab(page)
    await second.goto('/')
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await second.getByRole('link', { name: 'Cart, 1 item' }).waitFor()
    await second.reload()
    await second.getByRole('link', { name: 'Cart, 1 item' }).waitFor()
    const other = (await shop.buyers(1))[0]!
    assert.equal((await shop.place(other, { lines: [{ product, quantity: 2 }] })).status, 201)
    await page.getByText('Only 3 left').waitFor()
  })

  test('a variant is chosen, named by the address, and added to the cart; what is not there says so', async () => {
    const { token } = shop.admin
    const add = async (path: string, body: Json) => {
      const answer = await call<{ id: string; slug: string; items: { id: string }[] }>(
        'POST',
        `${shop.products.url}${path}`,
        { token, body },
      )
      assert.ok(answer.status < 300, JSON.stringify(answer.body))
      return answer.body
    }
    const options = [
      { name: 'Colour', values: ['Red', 'Blue'] },
      { name: 'Size', values: ['Small', 'Large'] },
    ]
    const { id, slug } = await add('/groups', { name: 'Mountain sock', description: 'Wool', options })
    const variants = [
      { option_values: ['Red', 'Small'], price: '10.00', stock: 3 },
      { option_values: ['Red', 'Large'], price: '12.00', stock: 0 },
      { option_values: ['Blue', 'Small'], price: '11.00', stock: 7 },
    ]
    await add(`/groups/${id}/variants`, { variants })
    const page = await shop.open()
    const choose = (value: string) => page.getByText(value, { exact: true }).first().click()
    const variantIn = () => new URL(page.url()).searchParams.get('variant')
    await page.goto(`/products/${id}`)
    await page.waitForURL(`**/products/${slug}`)
    await page.getByRole('button', { name: 'Choose: Colour' }).waitFor()
    await choose('Red')
    await page.getByRole('button', { name: 'Choose: Size' }).waitFor()
    assert.equal(variantIn(), null)
    await choose('Large')
    await page.getByText('This combination is sold out for now').waitFor()
    await page.getByText('$12.00').waitFor()
    await page.waitForURL(/variant=/)
    await choose('Blue')
    await page.getByText('There is no such combination').waitFor()
    await page.waitForURL((url) => !url.searchParams.has('variant'))
    assert.equal(await page.getByRole('button', { name: 'Add to cart' }).count(), 0)
    await choose('Small')
    await page.getByText('7 in stock').waitFor()
    await page.waitForURL(/variant=/)
    const chosen = variantIn()!
    assert.deepEqual((await shop.product(chosen)).price, '11.00')
    await page.reload()
    await page.getByText('$11.00').waitFor()
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('link', { name: 'Cart, 1 item' }).click()
    await page.getByRole('heading', { name: 'Your cart', exact: true }).waitFor()
    const [line] = await page.evaluate<{ productId: string }[]>(`JSON.parse(localStorage['shop.cart'])`)
    assert.equal(line!.productId, chosen)
    await page.goBack()
    await page.getByText('7 in stock').waitFor()
    assert.equal(variantIn(), chosen)
    await page.goto(`/products/${chosen}`)
    await page.waitForURL(`**/products/${slug}?variant=${chosen}`)
    await page.getByText('$11.00').waitFor()
  })

  test('pictures are shown one after another by keys, enlarged, and small in the cart', async () => {
    const { token } = shop.admin
    const ids: string[] = []
    for (const colour of ['#336699', '#993333']) {
      const form = new FormData()
      form.set(
        'file',
        new Blob([new Uint8Array(await plain({ width: 900, height: 600 }, colour).png().toBuffer())]),
      )
      const answer = await fetch(`${shop.products.url}/media`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: form,
      })
      ids.push(((await answer.json()) as { id: string }).id)
    }
    const product = await shop.addProduct({ name: 'Painted tile', stock: 5 })
    const media = ids.map((id, i) => ({ id, alt: `Side ${i + 1}` }))
    const url = `${shop.products.url}/products/${product.id}`
    assert.equal((await call('PATCH', url, { token, body: { media } })).status, 200)

    const page = await shop.open()
    await page.goto(`/products/${product.id}`)
    const large = (side: number) => page.getByRole('button', { name: `Enlarge: Side ${side}` })
    const current = page.locator('[aria-current="true"]')
    await large(1).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('button', { name: 'Picture 2 of 2: Side 2' }).and(current).waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('button', { name: 'Picture 1 of 2: Side 1' }).and(current).waitFor()
    await large(1).press('Enter')
    const zoom = page.getByRole('dialog', { name: 'Side 1' })
    await zoom.getByText('1 / 2').waitFor()
    await zoom.getByRole('button', { name: 'Look closer' }).click()
    await zoom.getByRole('button', { name: 'Show the whole picture' }).waitFor()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('dialog').getByText('2 / 2').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Picture 2 of 2: Side 2' }).and(current).waitFor()

    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('link', { name: 'Cart, 1 item' }).click()
    const line = page.getByRole('listitem').filter({ hasText: 'Painted tile' })
    const [picture, name] = [line.locator('img'), line.getByRole('heading')]
    const [left, right] = [await picture.boundingBox(), await name.boundingBox()]
    assert.ok(
      left!.width < 150 && right!.x >= left!.x + left!.width,
      'the picture is small, and before the name',
    )
  })

  async function reprice(id: string, price: string) {
    const { name, description } = await shop.product(id)
    const { token } = shop.admin
    const answer = await call('PUT', `${shop.products.url}/products/${id}`, {
      token,
      body: { name: name as string, description: description as string, price },
    })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
  }
})
