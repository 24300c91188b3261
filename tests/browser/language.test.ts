/** The pages in German: by the browser, by choice, remembered, and as good to use as in English. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { noBrowser } from './browser.ts'
import { pageFaults, SCREENS, SCREENS_CHECKED, withAxe } from './page_faults.ts'
import { openShop, type Shop, type Visitor } from './shop.ts'

const GERMAN = { locale: 'de-DE' }

suite('languages in a real browser', { skip: noBrowser }, () => {
  let shop: Shop
  let keeper: Visitor
  let lamp: string

  before(async () => {
    shop = await openShop()
    const product = await shop.addProduct({ name: 'Walnut desk lamp', stock: 3, price: '1234.50' })
    lamp = product.id
    keeper = await shop.account('admin')
    const [buyer] = await shop.buyers(1)
    await shop.bought(buyer!, { lines: [{ product, quantity: 2 }] })
  })
  afterEach(() => shop?.leave())
  after(() => shop?.close())

  const languageOf = (page: Page) => page.evaluate<string>('document.documentElement.lang')
  const choose = (page: Page, name: string) => page.getByText(name, { exact: true }).click()

  test('a German browser gets German: texts, money, plurals, dates', async () => {
    const page = await shop.open(GERMAN)
    await page.goto(`/products/${lamp}`)
    await page.getByRole('button', { name: 'In den Warenkorb' }).click()
    assert.equal(await languageOf(page), 'de')
    await page.getByText('1.234,50\u00a0$').first().waitFor()
    await page.getByRole('link', { name: 'Warenkorb, 1 Artikel' }).click()
    await page.getByRole('heading', { name: 'Ihr Warenkorb' }).waitFor()
    assert.match(await page.title(), /^Warenkorb · /)
    await shop.enter(page, keeper)
    await page.goto('/account')
    await page.getByText(/^Bei uns seit \d\d\.\d\d\.\d{4}, \d\d:\d\d$/).waitFor()
  })

  test('a visitor changes the language without losing the page; it is remembered, in other tabs too', async () => {
    const page = await shop.open()
    await page.goto('/?q=walnut')
    await page.getByRole('link', { name: 'Walnut desk lamp' }).waitFor()
    assert.equal(await languageOf(page), 'en')
    await choose(page, 'Deutsch')
    await page.getByText('Gute Dinge, ehrlich gezählt').waitFor()
    assert.match(page.url(), /q=walnut/)
    assert.equal(await languageOf(page), 'de')
    const second = await shop.tab(page)
    await second.goto('/cart')
    await second.getByText('Ihr Warenkorb ist leer').waitFor()
    await choose(second, 'English')
    await second.getByText('Your cart is empty').waitFor()
    await page.reload()
    await page.getByText('Good things, honestly counted').waitFor()
  })

  test('the first thing drawn is in the right language', async () => {
    const page = await shop.openNew(GERMAN)
    await page.addInitScript(`new MutationObserver(() => {
      const heading = document.querySelector('h1')?.textContent
      if (heading) (window.headings ??= new Set()).add(heading)
    }).observe(document, { childList: true, subtree: true, characterData: true })`)
    await page.goto('/')
    await page.getByRole('link', { name: 'Walnut desk lamp' }).waitFor()
    assert.deepEqual(await page.evaluate('[...window.headings]'), ['Gute Dinge, ehrlich gezählt'])
  })

  test('a language that cannot be loaded changes nothing, and the page says so', async () => {
    const page = await shop.openNew()
    await page.goto('/')
    await page.getByRole('link', { name: 'Walnut desk lamp' }).waitFor()
    await page.route('**/assets/*.js', (route) => route.abort(), { times: 1 })
    await choose(page, 'Deutsch')
    await page.getByText('The language could not be loaded').first().waitFor()
    assert.equal(await languageOf(page), 'en')
    await choose(page, 'Deutsch')
    await page.getByText('Gute Dinge, ehrlich gezählt').waitFor()
  })

  for (const screen of SCREENS_CHECKED) {
    test(`on a ${screen}`, async () => {
      const page = await withAxe(await shop.openNew({ ...SCREENS[screen], ...GERMAN }))
      const faults: string[] = []
      const look = async (path: string, shows: string, name: string) => {
        await page.goto(path)
        await page.locator('main').getByText(shows).filter({ visible: true }).first().waitFor()
        // Colours do not depend on the language: the same pages in English are checked in the dark.
        faults.push(...(await pageFaults(page, `german ${name}`, screen, 'light')))
      }
      await look('/', 'Letztes Stück', 'catalogue')
      await look(`/products/${lamp}`, 'In den Warenkorb', 'product')
      await look('/sign-in?mode=register', 'Mindestens', 'register')
      await shop.enter(page, keeper)
      await look('/orders', 'Noch keine Bestellungen', 'orders')
      for (const [path, shows, name] of [
        ['/admin', 'Umsatz', 'overview'],
        ['/admin/products', 'Neues Produkt', 'products'],
        [`/admin/products/${lamp}`, 'Zugang buchen', 'product of the admin'],
        ['/admin/orders', 'Bestätigt', 'board'],
        ['/admin/people', 'Zur Kundschaft', 'people'],
        ['/admin/log', 'Rolle geändert', 'log'],
        ['/admin/system', 'Alles läuft', 'system'],
      ] as const) {
        await look(path, shows, name)
      }
      // The longest words of the navigation, where the window is just too narrow for all of it.
      await page.setViewportSize({ width: 1_100, height: 800 })
      const heights = (await page.evaluate(`[...document.querySelectorAll('nav a[href^="/admin/"]')]
        .map((link) => link.getBoundingClientRect().height)`)) as number[]
      assert.ok(heights.length > 5)
      assert.deepEqual([...new Set(heights)], [heights[0]], 'no entry has two lines')
      assert.deepEqual(faults, [])
    })
  }

  test('from right to left: the same pages, mirrored, nothing beyond the window', async () => {
    const page = await shop.open(SCREENS.phone)
    for (const path of ['/', `/products/${lamp}`, '/sign-in', '/cart']) {
      await page.goto(path)
      await page.locator('header a[href="/cart"]').waitFor()
      await page.locator('h1').waitFor()
      await page.evaluate(`document.documentElement.dir = 'rtl'`)
      const [logo, cart, wide] = (await page.evaluate(`[
        document.querySelector('header a[href="/"]').getBoundingClientRect().left,
        document.querySelector('header a[href="/cart"]').getBoundingClientRect().left,
        document.documentElement.scrollWidth - document.documentElement.clientWidth,
      ]`)) as [number, number, number]
      assert.ok(logo > cart, `the header of ${path} runs from right to left`)
      assert.equal(wide, 0, path)
    }
  })
})
