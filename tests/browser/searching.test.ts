/**
 * Searches as people type them: misspelt, in the plural, in the middle of a Chinese text. The best match comes first,
 * corrections are shown, and the address contains the search.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { call, expectStatus, type Json } from '../system/calls.ts'
import { until } from '../system/until.ts'
import type { World } from '../system/world.ts'
import { noBrowser } from './browser.ts'
import { pageFaults, SCREENS, withAxe } from './page_faults.ts'
import { openShop, type Shop } from './shop.ts'

/** The newest last; a list without a search has the opposite order. */
const GOODS = [
  { name: 'Brass lamp', price: '120.00' },
  { name: 'Tea towel', description: 'With a lamp woven into it', price: '9.00' },
  { name: '手提电脑桌', price: '75.00' },
]
/** More than a page. */
const CANDLES = 30
/** Of them have attributes. */
const WAXEN = 28
const CORRECTED = 'No results for “lammp”. Showing results for “lamp”.'
const WAIT_MS = 60_000

async function add({ products, admin }: World, path: string, body: Json) {
  const { token } = admin
  return expectStatus(
    await call<{ id: string; slug: string }>('POST', `${products.url}${path}`, { token, body }),
    201,
  )
}

suite('searching in a real browser', { skip: noBrowser }, () => {
  let shop: Shop
  let page: Page
  const asked: URLSearchParams[] = []

  before(async () => {
    shop = await openShop({}, async (world) => {
      for (const goods of GOODS) await world.addProduct({ ...goods, stock: 5 })
      const category = await add(world, '/categories', { name: 'ערבים' })
      const inside = { categories: [category.id] }
      for (let i = 0; i < CANDLES; i += 1)
        await add(world, '/products', {
          ...{ name: `Candle ${i}`, description: 'Wax', price: `${i + 1}.00`, stock: i % 3 },
          ...(i < WAXEN
            ? { ...inside, attributes: { Wax: [i % 2 ? 'bees' : 'soy'], Height: ['ארוך'] } }
            : inside),
        })
    })
    page = await shop.open()
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url())
      if (pathname === '/api/catalogue') asked.push(searchParams)
    })
  })
  after(() => shop?.close())

  const status = (of = page) => of.getByRole('status').filter({ hasText: 'Showing results' })
  const names = (of = page) => of.locator('main li h2').allInnerTexts()
  const shows = (expected: readonly string[], of = page) =>
    until(
      `the page shows ${expected.join()}`,
      WAIT_MS,
      async () => (await names(of)).join() === expected.join(),
    )
  const orders = async (of = page) => of.getByLabel('Sort by').getByRole('option').allInnerTexts()

  async function search(words: string) {
    await page.getByLabel('Search products').fill(words)
    await page.waitForURL((url) => (url.searchParams.get('q') ?? '') === words)
  }

  test('a typing error is corrected, the page says so, and the best match comes first', async () => {
    await page.goto('/')
    await page.getByRole('link', { name: 'Candle 29' }).waitFor()
    assert.ok(!(await orders()).includes('Best match'), 'without a search nothing can match best')
    // None of the newest products has a picture: the tile of the category asks for one of its own.
    await until('the category is asked for a picture', WAIT_MS, async () =>
      asked.some((query) => query.has('category') && query.get('limit') === '8'),
    )
    // Screen readers announce a text only in an element that existed before.
    const places = await page.locator('main').getByRole('status').count()
    await search('lammp')
    await shows(['Brass lamp', 'Tea towel'])
    assert.equal(await page.locator('main').getByRole('status').count(), places)
    assert.equal(await status().innerText(), CORRECTED)
    assert.equal(asked.at(-1)!.has('sort'), false)
    assert.equal(await page.getByLabel('Sort by').inputValue(), 'relevance')
    assert.equal((await orders())[0], 'Best match')
  })

  test('the chosen sort order is kept, and the correction is still shown', async () => {
    await page.getByLabel('Sort by').selectOption('Newest first')
    await shows(['Tea towel', 'Brass lamp'])
    assert.match(page.url(), /\?q=lammp&sort=newest$/)
    assert.equal(await status().innerText(), CORRECTED)
    await page.reload()
    await shows(['Tea towel', 'Brass lamp'])
    await page.goBack()
    await shows(['Brass lamp', 'Tea towel'])
    assert.equal(await page.getByLabel('Sort by').inputValue(), 'relevance')
    const shared = await shop.open()
    await shared.goto(page.url())
    await shows(['Brass lamp', 'Tea towel'], shared)
    assert.equal(await status(shared).innerText(), CORRECTED)
    await shop.leave(shared)
    await page.getByLabel('Sort by').selectOption('Price, low to high')
    await shows(['Tea towel', 'Brass lamp'])
    await search('')
    await page.waitForURL((url) => url.search === '?sort=price')
    assert.equal(await page.getByLabel('Sort by').inputValue(), 'price')
  })

  test('text that is typed while the address changes is not lost', async () => {
    await page.goto('/')
    const field = page.getByLabel('Search products')
    await field.waitFor()
    // The next letter is typed between the change of the address and the page reading it.
    await page.evaluate(`(() => {
      const { replaceState, pushState } = history
      const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')
      const typesOn = (change) => function (...args) {
        Object.assign(history, { replaceState, pushState })
        change.apply(this, args)
        const field = document.querySelector('input[type=search]')
        set.call(field, 'lamps')
        field.dispatchEvent(new Event('input', { bubbles: true }))
      }
      history.pushState = typesOn(pushState)
      history.replaceState = typesOn(replaceState)
    })()`)
    await field.fill('tea')
    await page.waitForURL(/q=lamps/)
    assert.equal(await field.inputValue(), 'lamps')
    await page.goBack()
    await page.getByRole('link', { name: 'Candle 29' }).waitFor()
    assert.equal(await field.inputValue(), '')
    await page.goForward()
    await shows(['Brass lamp', 'Tea towel'])
    assert.equal(await field.inputValue(), 'lamps')
  })

  test('page after page', async () => {
    await page.goto('/')
    await search('candel')
    await status().waitFor()
    await page.getByRole('button', { name: 'Next' }).click()
    await page.waitForURL(/cursor=/)
    await until('the last candles', WAIT_MS, async () => (await names()).length === CANDLES - 24)
    assert.equal(await status().innerText(), 'No results for “candel”. Showing results for “candle”.')
    await page.reload()
    await status().waitFor()
    await page.getByRole('button', { name: 'Previous' }).click()
    await until('the first candles', WAIT_MS, async () => (await names()).length === 24)
  })

  test('plurals, and words inside a text without spaces, are not treated as errors', async () => {
    await page.goto('/')
    await search('lamps')
    await shows(['Brass lamp', 'Tea towel'])
    await search('电脑')
    await shows(['手提电脑桌'])
    assert.equal(await status().count(), 0)
  })

  test('filters, chips, prices and counts are in the address: reload, back and forward restore them', async () => {
    const found = (text: string) => page.getByRole('status').getByText(text, { exact: true }).waitFor()
    const chip = (name: string) =>
      page.getByRole('list', { name: 'Chosen filters' }).getByRole('button', { name })
    await page.goto('/')
    await page.getByRole('link', { name: 'ערבים' }).click()
    await page.waitForURL(/\/categories\//)
    await found('30 products · page 1 of 2')
    await page.getByRole('button', { name: 'Next' }).click()
    await found('30 products · page 2 of 2')
    await page.getByRole('checkbox', { name: 'bees' }).check()
    await found('14 products')
    assert.equal(await page.getByRole('checkbox', { name: 'soy' }).isEnabled(), true, 'one or the other')
    await page.getByRole('checkbox', { name: 'soy' }).check()
    await found('28 products · page 1 of 2')
    await page.getByLabel('Highest price').fill('10,00')
    await page.getByLabel('Highest price').press('Enter')
    await found('10 products')
    await page.getByLabel('In stock', { exact: true }).check()
    await found('6 products')
    await page.getByLabel('Sort by').selectOption('price')
    await until('the cheapest first', WAIT_MS, async () => (await names())[0] === 'Candle 1')
    await page.reload()
    await found('6 products')
    assert.deepEqual(
      await names(),
      [1, 2, 4, 5, 7, 8].map((n) => `Candle ${n}`),
    )
    await chip('Remove up to $10').click()
    await chip('Remove Wax: soy').click()
    await found('9 products')
    await page.getByRole('button', { name: 'Clear all' }).click()
    await found('30 products · page 1 of 2')
    await page.goBack()
    await found('9 products')
    await page.goForward()
    await found('30 products · page 1 of 2')
    assert.deepEqual(await pageFaults(page, 'category filtered', 'desk'), [])
  })

  test('what was chosen and taken back before the address had it is not kept', async () => {
    await page.goto('/')
    await page.getByRole('link', { name: 'ערבים' }).waitFor()
    await page.evaluate(`(async () => {
      document.querySelector('search input[type=checkbox]').click()
      await Promise.resolve()
      document.querySelector('header a[href="/"]').click()
    })()`)
    const box = page.getByLabel('In stock', { exact: true })
    await until('the box is empty', WAIT_MS, async () => !(await box.isChecked()))
    assert.equal(new URL(page.url()).search, '')
    await page.getByRole('link', { name: 'ערבים' }).click()
    for (const name of ['bees', 'soy']) await page.getByRole('checkbox', { name }).check()
    await page.waitForURL(/soy/)
    await page.evaluate(`(async () => {
      for (const wax of ['bees', 'soy']) {
        const chips = [...document.querySelectorAll('ul[aria-label="Chosen filters"] button')]
        chips.find((chip) => chip.textContent.includes(wax)).click()
        await Promise.resolve()
      }
    })()`)
    await page.getByRole('status').getByText('30 products · page 1 of 2', { exact: true }).waitFor()
    assert.equal(new URL(page.url()).search, '')
    await page.getByLabel('Lowest price').fill('2,5')
    await page.keyboard.press('Tab')
    await page.waitForURL(/price_min=2\.5/)
    assert.equal(await page.evaluate('document.activeElement.placeholder'), '30.00', 'the highest price')
  })

  test('on a phone the filters are in a drawer', async () => {
    const phone = await withAxe(await shop.openNew(SCREENS.phone))
    await phone.goto('/?q=candle')
    await phone.getByRole('button', { name: 'Filters' }).click()
    const drawer = phone.getByRole('dialog')
    await drawer.getByRole('button', { name: 'Show 30 products' }).waitFor()
    assert.deepEqual(await pageFaults(phone, 'filters', 'phone'), [])
    await drawer.getByRole('checkbox', { name: 'bees' }).check()
    await drawer.getByRole('button', { name: 'Show 14 products' }).waitFor()
    await drawer.getByRole('button', { name: 'Show 14 products' }).click()
    await drawer.waitFor({ state: 'detached' })
    await phone.getByRole('status').getByText('14 products', { exact: true }).waitFor()
    assert.equal(new URL(phone.url()).searchParams.get('facet'), 'Wax:bees')
  })
})
