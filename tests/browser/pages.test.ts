/**
 * Every page, light and dark, on a phone and on a desk: nothing serious for axe, nothing wider than the window, nothing
 * that jumps; and a picture of each in tests/output, for a person to look at.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { until } from '../system/until.ts'
import { expectFocus, focused, noBrowser } from './browser.ts'
import { judge, SCREENS } from './judge.ts'
import { openShop, type Shop, type Visitor } from './shop.ts'

const FIRST_PAGE_KIB_MAX = 120
const GOODS = [
  ['Walnut desk lamp', '89.00', 24],
  ['Pour-over coffee set', '42.50', 60],
  ['Merino travel scarf', '54.00', 45],
  ['Cast-iron skillet', '39.00', 0],
  ['Dotted notebook', '14.50', 400],
  ['Bicycle repair kit', '27.95', 4],
  ['Stoneware mug', '18.00', 150],
  ['Wool felt slippers', '46.00', 1],
] as const

type Place = {
  readonly name: string
  readonly path: string
  readonly shows: string
  readonly signedIn?: true
}

suite('the pages in a real browser', { skip: noBrowser }, () => {
  let shop: Shop
  let visitor: Visitor
  const places: Place[] = []

  before(async () => {
    shop = await openShop()
    const products = []
    for (const [name, price, stock] of GOODS) products.push(await shop.addProduct({ name, price, stock }))
    visitor = await shop.account()
    const page = await shop.open()
    await shop.signIn(page, visitor)
    const orders = [
      await buy(page, [products[0]!.id, products[6]!.id]),
      await buy(page, [products[4]!.id]),
      await buy(page, [products[7]!.id]),
    ]
    await shop.move(shop.admin, orders[0]!, { status: 'shipped' })
    await shop.move(shop.admin, orders[1]!, { status: 'cancelled' })
    await page.context().close()
    places.push(
      { name: 'catalogue', path: '/', shows: 'Stoneware mug' },
      { name: 'search', path: '/?q=s&sort=price&in_stock=true', shows: 'Merino travel scarf' },
      { name: 'nothing found', path: '/?q=unicorn', shows: 'Nothing fits that' },
      { name: 'product', path: `/products/${products[6]!.id}`, shows: 'Add to cart' },
      { name: 'product sold out', path: `/products/${products[3]!.id}`, shows: 'Sold out for now' },
      { name: 'no such page', path: '/nowhere', shows: 'There is nothing at this address' },
      { name: 'cart empty', path: '/cart', shows: 'Nothing in here yet' },
      { name: 'sign in', path: '/sign-in', shows: 'Welcome back' },
      { name: 'register', path: '/sign-in?mode=register', shows: 'Create an account' },
      { name: 'orders', path: '/orders', shows: 'Walnut desk lamp and 1 more', signedIn: true },
      { name: 'order shipped', path: `/orders/${orders[0]}`, shows: 'On its way to you', signedIn: true },
      { name: 'order cancelled', path: `/orders/${orders[1]}`, shows: 'Nothing is held', signedIn: true },
      { name: 'account', path: '/account', shows: 'With us since', signedIn: true },
    )
  })
  after(() => shop?.close())

  /** Through the pages, for they know the buyer's session. Resolves the order's id. */
  async function buy(page: Page, productIds: string[]): Promise<string> {
    for (const id of productIds) {
      await page.goto(`/products/${id}`)
      await page.getByRole('button', { name: 'Add to cart' }).click()
    }
    await page.getByRole('link', { name: /^Cart/ }).click()
    await page.getByRole('button', { name: 'Place order' }).click()
    await page.waitForURL(/\/orders\/[0-9a-f-]{36}$/)
    return new URL(page.url()).pathname.split('/').at(-1)!
  }

  for (const [screen, options] of Object.entries(SCREENS)) {
    test(`on a ${screen.replace(' ', ', ')}`, async () => {
      const page = await shop.open(options)
      const faults: string[] = []
      for (const place of places.filter(({ signedIn }) => !signedIn))
        faults.push(...(await look(page, place, screen)))
      faults.push(...(await lookAtAFullCart(page, screen)))
      await shop.signIn(page, visitor)
      for (const place of places.filter(({ signedIn }) => signedIn))
        faults.push(...(await look(page, place, screen)))
      await page.getByRole('button', { name: 'Change password' }).waitFor()
      await page.context().close()
      assert.deepEqual(faults, [])
    })
  }

  async function look(page: Page, { name, path, shows }: Place, screen: string): Promise<string[]> {
    await page.goto(path)
    await page.locator('main').getByText(shows).first().waitFor()
    return judge(page, name, screen)
  }

  async function lookAtAFullCart(page: Page, screen: string): Promise<string[]> {
    await page.goto(places.find(({ name }) => name === 'product')!.path)
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByText('In your cart', { exact: true }).waitFor()
    const added = await judge(page, 'product added', screen)
    await page.goto('/cart')
    await page
      .locator('main')
      .getByText(/14\d in stock/)
      .waitFor()
    return [...added, ...(await judge(page, 'cart', screen))]
  }

  test('by keyboard alone: from the first Tab to an order', async () => {
    const page = await shop.open({ viewport: { width: 1280, height: 860 } })
    await shop.signIn(page, visitor)
    await page.goto('/')
    await page.getByRole('link', { name: 'Dotted notebook' }).waitFor()
    await page.keyboard.press('Tab')
    await expectFocus(page, 'Skip to content')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Search products')
    await page.keyboard.type('dotted')
    await page.waitForURL(/q=dotted/)
    await page.getByRole('link', { name: 'Stoneware mug' }).waitFor({ state: 'detached' })
    await tabTo(page, 'Dotted notebook')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Add to cart' }).waitFor()
    await expectFocus(page, 'Dotted notebook', 'the heading of a new page has the focus')
    await tabTo(page, 'Quantity')
    await page.keyboard.press('ArrowUp')
    await tabTo(page, 'Add to cart')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Cart, 2 items' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Your cart' }).waitFor()
    await tabTo(page, 'Place order')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Thank you. It’s yours.' }).waitFor()
    await tabTo(page, 'Cancel this order')
    await page.keyboard.press('Enter')
    await page.getByRole('alertdialog').waitFor()
    for (let i = 0; i < 4; i += 1) await page.keyboard.press('Tab')
    // Going round, the focus passes a guard outside the dialog for a moment.
    await until('the dialog keeps the focus', 5_000, () =>
      page.evaluate<boolean>('document.activeElement.closest("[role=alertdialog]") !== null'),
    )
    await page.keyboard.press('Escape')
    await page.getByRole('alertdialog').waitFor({ state: 'detached' })
    await expectFocus(page, 'Cancel this order', 'and gives it back')
  })

  test('search, order and page are in the address: back and a deep link find the place again', async () => {
    const page = await shop.open({ viewport: { width: 1280, height: 860 } })
    await page.goto('/?sort=-price')
    await page.getByRole('link', { name: 'Walnut desk lamp' }).waitFor()
    assert.equal(await page.locator('main li h2').first().innerText(), 'Walnut desk lamp')
    await page.getByLabel('In stock').check()
    await page.getByRole('link', { name: 'Cast-iron skillet' }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Dotted notebook' }).scrollIntoViewIfNeeded()
    const place = await page.evaluate('scrollY')
    await page.getByRole('link', { name: 'Dotted notebook' }).click()
    await page.getByRole('heading', { name: 'Dotted notebook' }).waitFor()
    assert.equal(await page.evaluate('scrollY'), 0)
    await page.goBack()
    await page.getByRole('link', { name: 'Walnut desk lamp' }).waitFor()
    assert.match(page.url(), /sort=-price&in_stock=true/)
    assert.equal(await page.evaluate('scrollY'), place)
    const deep = await shop.open()
    await deep.goto(page.url())
    await deep.getByRole('link', { name: 'Walnut desk lamp' }).waitFor()
    assert.equal(await deep.getByLabel('In stock').isChecked(), true)
    assert.equal(await deep.getByRole('link', { name: 'Cast-iron skillet' }).count(), 0)
  })

  test('after signing in, only a way inside the shop is followed', async () => {
    for (const next of ['/%09/evil.example', '/.//evil.example', 'https://evil.example/']) {
      const page = await shop.open()
      await page.goto(`/sign-in?next=${next}`)
      await page.getByLabel('Username').fill(visitor.username)
      await page.getByLabel('Password').fill(visitor.password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('link', { name: 'Stoneware mug' }).waitFor()
      assert.equal(page.url(), `${shop.storefront.url}/`, next)
      await page.context().close()
    }
  })

  test('offline the page says so, keeps what it shows, and goes on by itself', async () => {
    const page = await shop.open()
    await page.goto('/')
    await page.getByRole('link', { name: 'Stoneware mug' }).click()
    await page.getByRole('button', { name: 'Add to cart' }).waitFor()
    await page.context().setOffline(true)
    await page.getByText('You are offline').waitFor()
    await page.getByText('We can’t see further just now').waitFor()
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('link', { name: 'Cart, 1 item' }).waitFor()
    await page.context().setOffline(false)
    await page.getByText('Counted live').waitFor()
  })

  test(`JavaScript of the first page is at most ${FIRST_PAGE_KIB_MAX} KiB, and none of it the admin's`, async (t) => {
    const page = await shop.open()
    await page.goto('/')
    await page.getByRole('link', { name: 'Stoneware mug' }).waitFor()
    const scripts = (await page.evaluate(`performance.getEntriesByType('resource')
      .filter(({ name }) => /\\.js$/.test(new URL(name).pathname))
      .map(({ name, encodedBodySize }) => ({ name: new URL(name).pathname, bytes: encodedBodySize }))`)) as {
      name: string
      bytes: number
    }[]
    const kib = scripts.reduce((sum, { bytes }) => sum + bytes, 0) / 1024
    t.diagnostic(`JavaScript of the first page: ${kib.toFixed(1)} KiB in ${scripts.length} files`)
    assert.equal(await page.evaluate('document.fonts.check(\'1rem "Hanken Grotesk"\')'), true, 'our typeface')
    assert.ok(scripts.length > 0 && scripts.every(({ bytes }) => bytes > 0))
    assert.ok(kib <= FIRST_PAGE_KIB_MAX, `${kib.toFixed(1)} KiB`)
    assert.deepEqual(
      scripts.filter(({ name }) => /admin|routes/.test(name)),
      [],
    )
  })
})

/** Presses Tab until the focus is on what is called `name`. */
async function tabTo(page: Page, name: string) {
  for (let i = 0; i < 60; i += 1) {
    await page.keyboard.press('Tab')
    if ((await focused(page)) === name) return
  }
  assert.fail(`"${name}" cannot be reached by Tab`)
}
