/** Staying signed in: tokens with a lifetime of three seconds, reloads, and several tabs that share one session. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Locator, Page } from 'playwright-core'
import { call, expectStatus } from '../system/calls.ts'
import { until } from '../system/until.ts'
import { signIn } from '../system/world.ts'
import { playAccount } from './account_flow.ts'
import { noBrowser } from './browser.ts'
import { openShop, type Shop } from './shop.ts'

const TOKEN_SECONDS = 3

suite('a session in a real browser', { skip: noBrowser }, () => {
  let shop: Shop
  before(async () => {
    shop = await openShop({ ACCESS_TOKEN_TTL: String(TOKEN_SECONDS) }, (world) =>
      world.addProduct({ name: 'Tin box', stock: 3 }),
    )
  })
  afterEach(() => shop?.leave())
  after(() => shop?.close())

  const ordersShown = (page: Page) => page.getByText('No orders yet').waitFor()

  test('no script can read the refresh token, and only the username of a session is stored', async () => {
    const page = await shop.open()
    await shop.signIn(page, await shop.account())
    const [cookie] = await page.context().cookies(`${shop.storefront.url}/api/auth/token`)
    assert.deepEqual([cookie?.httpOnly, cookie?.sameSite, cookie?.path], [true, 'Strict', '/api/auth'])
    const readable = String(
      await page.evaluate('JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }])'),
    )
    assert.ok(!readable.includes(cookie!.value), 'the refresh token can be read')
    assert.doesNotMatch(readable, /eyJ/, 'an access token can be read')
  })

  test('a reload, a second tab and an expired token do not require signing in again', async () => {
    const visitor = await shop.account()
    const page = await shop.openAs(visitor)
    await page.goto('/')
    await page.getByRole('link', { name: `Account of ${visitor.username}` }).waitFor()
    const second = await shop.tab(page)
    await Promise.all([page.goto('/orders'), second.goto('/orders')])
    await Promise.all([ordersShown(page), ordersShown(second)])
    await sleep((TOKEN_SECONDS + 1) * 1000)
    await Promise.all([page.reload(), second.reload()])
    await Promise.all([ordersShown(page), ordersShown(second)])
    assert.match(page.url(), /\/orders$/)
  })

  test('invalid input is reported at its field, in sentences for people', async () => {
    const page = await shop.open()
    await page.goto('/sign-in?mode=register')
    const [name, password] = [page.getByLabel('Username'), page.getByLabel('Password')]
    const faultOf = async (field: Locator) => {
      await page.getByRole('button', { name: 'Create account' }).click()
      await until(
        'the field is marked invalid',
        60_000,
        async () => (await field.getAttribute('aria-invalid')) === 'true',
      )
      const ids = (await field.getAttribute('aria-describedby'))!.split(' ')
      return page.locator(`[id="${ids.find((id) => id.endsWith('error'))}"]`).innerText()
    }
    await name.fill('ada lovelace!')
    await password.fill('plum tart on tuesday')
    assert.match(await faultOf(name), /^[A-Z][^\\^{}]+\.$/)
    await name.fill('ada')
    await password.fill('x'.repeat(140))
    assert.equal(await faultOf(password), 'At most 128 characters, please; these are 140.')
    await password.fill('short')
    assert.equal(await faultOf(password), 'At least 8 characters, please.')
    await password.fill('password123')
    assert.match(await faultOf(password), /^[A-Z][^\\^{}]+\.$/)
  })

  test('of several tabs one refreshes the session, and the others use its result', async () => {
    const page = await shop.openAs(await shop.account())
    const tabs = [page, await shop.tab(page), await shop.tab(page)]
    let atOnce = 0
    let most = 0
    await page.context().route('**/api/auth/token', async (route) => {
      most = Math.max(most, ++atOnce)
      await sleep(150)
      const answer = await route.fetch()
      atOnce -= 1
      await route.fulfill({ response: answer })
    })
    for (let round = 0; round < 2; round += 1) {
      await Promise.all(tabs.map((tab) => tab.goto('/orders')))
      await Promise.all(tabs.map(ordersShown))
    }
    assert.equal(most, 1)
  })

  test('signing out in one tab signs out in all, and nothing of the visitor is left in any', async () => {
    const page = await shop.open()
    await shop.signIn(page, await shop.account())
    const second = await shop.tab(page)
    await second.goto('/orders')
    await ordersShown(second)
    // What the checkout keeps: what the account typed, and in each tab what a guest typed, and the orders that it can open.
    await page.evaluate(
      `localStorage['shop.buyer.' + JSON.parse(localStorage['shop.user']).id] = '{"city":"Berlin"}'`,
    )
    for (const tab of [page, second])
      await tab.evaluate(
        `sessionStorage['shop.buyer.guest'] = sessionStorage['shop.order_tokens'] = '{"a":"b"}'`,
      )
    await page.getByRole('link', { name: /^Account of/ }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('link', { name: 'Tin box' }).waitFor()
    assert.equal(new URL(page.url()).pathname, '/', 'signing out leads to the shop')
    await second.getByRole('heading', { name: 'Welcome back' }).waitFor()
    for (const tab of [page, second]) {
      const left = await tab.evaluate(`Object.keys({ ...localStorage, ...sessionStorage })
        .filter((key) => /^shop\\.(buyer|order_tokens)/.test(key))`)
      assert.deepEqual(left, [])
    }
    await page.goto('/orders')
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
  })

  test('a session that was ended elsewhere leads to the sign-in page, and from there back', async () => {
    const visitor = await shop.account()
    const page = await shop.openAs(visitor)
    const changed = 'pear tart on wednesday'
    const { token } = await signIn(shop.auth.url, visitor.username, visitor.password)
    // Without a refresh token of its own, this ends every session.
    const body = { current_password: visitor.password, new_password: changed }
    expectStatus(await call('PUT', `${shop.auth.url}/me/password`, { token, body }), 204)
    const [cookie] = await page.context().cookies(`${shop.storefront.url}/api/auth/token`)
    assert.ok(cookie, 'the browser still has the cookie of its session')
    const refreshing = page.waitForResponse('**/api/auth/token')
    await page.goto('/orders')
    assert.equal((await refreshing).status(), 401, 'the session is refused')
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
    await page.getByLabel('Username').fill(visitor.username)
    await page.getByLabel('Password').fill(changed)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await ordersShown(page)
  })

  test('an account, from its address to its end', (t) => playAccount(t, shop))

  test('a window that was left is empty when it is used again', async () => {
    const page = await shop.openAs(await shop.account())
    const second = await shop.tab(page)
    await page.context().route('**/*', (route) => route.abort())
    await page.evaluate(`localStorage.cart = sessionStorage.cart = '[]'`)
    await page.context().setOffline(true)
    await shop.leave(page)
    assert.ok(second.isClosed())
    assert.equal(await shop.open(), page)
    assert.deepEqual(await page.context().storageState(), { cookies: [], origins: [] })
    assert.equal(await page.evaluate('localStorage.length + sessionStorage.length'), 0)
    await page.goto('/')
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
    await page.getByRole('link', { name: 'Tin box' }).waitFor()
  })

  test('while auth_service is down the shop works, and says so where it does not', async () => {
    const page = await shop.open()
    await shop.auth.kill()
    try {
      await page.goto('/')
      await page.getByRole('link', { name: 'Tin box' }).waitFor()
      await page.goto('/sign-in')
      await page.getByLabel('Username').fill('ada')
      await page.getByLabel('Password').fill('plum tart on tuesday')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByText('A part of the shop is not available').waitFor()
    } finally {
      await shop.auth.start()
    }
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Wrong username or password.').waitFor()
  })
})
