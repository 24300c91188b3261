/** What an admin sets up: the settings of the shop, what visitors see of them, the legal pages, categories, and imports. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { plain } from '../../product_service/test/pictures.ts'
import { call, expectStatus } from '../system/calls.ts'
import { until } from '../system/until.ts'
import { expectFocus, noBrowser } from './browser.ts'
import { pageFaults, SCREENS, SCREENS_CHECKED, withAxe } from './page_faults.ts'
import { playReturns } from './returns_flow.ts'
import { openShop, type Shop, type Visitor } from './shop.ts'
import { playWebhooks } from './webhooks_flow.ts'

/** What an attacker with an admin's session could type. */
const ATTACKS = [
  '<script>window.attacked = 1</script>',
  '<img src=x onerror="window.attacked = 2">',
  '[a](javascript:window.attacked=3)',
  '[b](data:text/html,<script>1</script>)',
  '![c](https://example.com/c.png)',
  '<a href="javascript:1" onclick="window.attacked = 4">d</a>',
  '[fine](https://example.com) and [mail](mailto:us@example.com)',
].join('\n\n')

suite('settings in a real browser', { skip: noBrowser }, () => {
  let shop: Shop
  let keeper: Visitor
  const patch = async (body: object) =>
    expectStatus(
      await call('PATCH', `${shop.products.url}/shop`, { token: shop.admin.token, body: body as never }),
      200,
    )

  before(async () => {
    shop = await openShop({ WEBHOOK_ALLOW_PRIVATE: 'true' })
    keeper = await shop.account('admin')
    await patch({ legal: { imprint: { text: { en: `# Who we are\n\n${ATTACKS}`, de: '# Wer wir sind' } } } })
  })
  afterEach(() => shop?.leave())
  after(() => shop?.close())

  const field = (page: Page, name: string) => page.getByLabel(name, { exact: true })
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

  test('an admin changes name, words and colours, and every visitor sees them', async () => {
    const page = await shop.openAs(keeper)
    await page.goto('/admin/settings')
    await field(page, 'Name').fill('Hare & Hedgehog')
    await field(page, 'Tagline (English)').fill('We are here already')
    await field(page, 'Announcement (English)').fill('Free shipping this week')
    await field(page, 'E-mail').fill('us@example.com')
    await page.getByLabel('Accent').first().fill('#4a1f63')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Saved', { exact: true }).first().waitFor()

    const visitor = await shop.openNew()
    // What a page says of the shop is as it was within the last second.
    await until('a visitor sees them', 5_000, async () => {
      await visitor.goto('/')
      return visitor.getByRole('heading', { name: 'We are here already' }).isVisible()
    })
    assert.match(await visitor.title(), / · Hare & Hedgehog$/)
    await visitor.getByText('Free shipping this week').waitFor()
    await visitor.getByRole('link', { name: 'us@example.com' }).waitFor()
    const accent = await visitor.evaluate(`getComputedStyle(document.querySelector('header rect')).fill`)
    assert.equal(accent, 'rgb(74, 31, 99)')
  })

  test('an admin chooses a logo, and it stands in the header of every page, in a place of its own', async () => {
    const page = await shop.openAs(keeper)
    await page.goto('/admin/settings')
    const panel = page.locator('section', { has: page.getByRole('heading', { name: 'Logo', exact: true }) })
    const buffer = await plain({ width: 480, height: 120 }).png().toBuffer()
    await panel.locator('input[type=file]').setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer })
    await panel.getByRole('img').waitFor()
    await button(page, 'Save changes').click()
    await page.getByText('Saved', { exact: true }).first().waitFor()

    const visitor = await shop.openNew()
    // The place is there before the picture.
    await visitor.route('**/api/media/**', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      await route.continue()
    })
    const { name } = expectStatus(await call<{ name: string }>('GET', `${shop.products.url}/shop`), 200)
    const logo = visitor.locator('header').getByRole('img', { name, exact: true })
    await until('a visitor sees it', 5_000, async () => {
      await visitor.goto('/')
      return logo.isVisible()
    })
    const sizes = `const img = document.querySelector('header img'); const size = [img.width, img.height]`
    assert.deepEqual(await visitor.evaluate(`(() => { ${sizes}; return size })()`), [144, 36])
    const loaded = await visitor.evaluate(
      `(async () => { ${sizes}; await img.decode(); return [img.naturalWidth, ...size, img.width, img.height] })()`,
    )
    assert.deepEqual(loaded, [144, 144, 36, 144, 36])

    await panel.getByRole('button', { name: 'Remove the logo' }).click()
    await button(page, 'Save changes').click()
    await page.locator('header rect').waitFor()
  })

  test('a colour that cannot be read is refused before it is sent', async () => {
    const page = await shop.openAs(keeper)
    await page.goto('/admin/settings')
    await page.getByLabel('Text on it').first().fill('#888888')
    await page.getByText('This colour is hard to read').waitFor()
  })

  test('two admins: what the other changed stays, and nothing is saved without asking (7)', async () => {
    const page = await shop.openAs(keeper)
    await page.goto('/admin/settings')
    await field(page, 'Telephone').fill('+49 30 1')
    await patch({ contact: { email: 'other@example.com' } })
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Someone else changed the settings').waitFor()
    await page.getByRole('button', { name: 'Save my changes' }).click()
    await page.getByText('Saved', { exact: true }).first().waitFor()
    const { contact } = expectStatus(
      await call<{ contact: { email: string; phone: string } }>('GET', `${shop.products.url}/shop`),
      200,
    )
    assert.deepEqual([contact.email, contact.phone], ['other@example.com', '+49 30 1'])
  })

  /** The names of the tree as the page shows it, each with those below it. */
  const tree = (page: Page) =>
    page.evaluate<string>(`(() => {
      const read = (ul) =>
        [...ul.children]
          .map((li) => {
            const inside = li.querySelector(':scope > ul')
            return li.querySelector('p').textContent + (inside ? ' (' + read(inside) + ')' : '')
          })
          .join(', ')
      return read(document.querySelector('main section ul'))
    })()`)
  const focused = (page: Page) => page.evaluate(`document.activeElement.getAttribute('aria-label')`)
  const category = async (name: string, parent_id: string | null = null) =>
    expectStatus(
      await call<{ id: string; version: number }>('POST', `${shop.products.url}/categories`, {
        token: shop.admin.token,
        body: { name, parent_id },
      }),
      201,
    )

  test('an admin builds a tree of categories, by mouse and by keyboard', async () => {
    const page = await shop.openAs(keeper)
    await page.goto('/admin/categories')
    await page.getByText('No categories yet').waitFor()
    const fill = async (name: string) => {
      await field(page, 'Name').fill(name)
      await button(page, 'Save').click()
      await page.getByRole('dialog', { name: /category$/ }).waitFor({ state: 'detached' })
    }
    for (const name of ['Kitchen', 'Garden', 'Cups']) {
      await button(page, 'Add a category').first().click()
      await fill(name)
    }
    await button(page, 'Add a category below Kitchen').click()
    await fill('مطبخ')
    assert.equal(await tree(page), 'Kitchen (مطبخ), Garden, Cups')

    const up = button(page, 'Move Cups up')
    await up.focus()
    for (const expected of ['Kitchen (مطبخ), Cups, Garden', 'Cups, Kitchen (مطبخ), Garden']) {
      await page.keyboard.press('Enter')
      await until(
        expected,
        10_000,
        async () => (await tree(page)) === expected && (await focused(page)) === 'Move Cups up',
      )
    }
    await page.getByText('Cups is now number 1 of 3').waitFor({ state: 'attached' })
    assert.equal(await up.getAttribute('aria-disabled'), 'true', 'it is the first')

    await button(page, 'Edit Cups').click()
    await field(page, 'Below').selectOption({ label: 'Kitchen' })
    await field(page, 'Place').selectOption({ label: 'First' })
    await field(page, 'Description').fill('For tea')
    await fill('Mugs')
    assert.equal(await tree(page), 'Kitchen (Mugs, مطبخ), Garden')

    await button(page, 'Remove Kitchen').click()
    await page.getByText('There are categories below it').first().waitFor()
    await button(page, 'Remove Garden').click()
    await button(page, 'Remove it').click()
    await page.getByText('Garden was removed').first().waitFor()
    const left = 'Kitchen (Mugs, مطبخ)'
    await until(left, 10_000, async () => (await tree(page)) === left)
  })

  test('two admins at one category: nothing is saved without asking, and what the other changed stays (7)', async () => {
    const { id } = await category('Lamps')
    const page = await shop.openAs(keeper)
    await page.goto('/admin/categories')
    await button(page, 'Edit Lamps').click()
    await field(page, 'Description').fill('Warm light')
    const theirs = { name: 'Lights', slug: 'lights' }
    expectStatus(
      await call('PATCH', `${shop.products.url}/categories/${id}`, { token: shop.admin.token, body: theirs }),
      200,
    )
    await button(page, 'Save').click()
    await page.getByText('Someone else changed this category').waitFor()
    await button(page, 'Save my changes').click()
    await page.getByText('Saved', { exact: true }).first().waitFor()
    const { items } = expectStatus(
      await call<{ items: Record<string, unknown>[] }>('GET', `${shop.products.url}/categories`),
      200,
    )
    const now = items.find((each) => each.id === id)!
    assert.deepEqual(
      [now.name, now.slug, now.description, now.version],
      ['Lights', 'lights', 'Warm light', 3],
    )

    await button(page, 'Edit Lights').click()
    await field(page, 'Address').fill('kitchen')
    await button(page, 'Save').click()
    await page.getByText('Another page has this address.').waitFor()
  })

  test('an admin sets up taxes and shipping: faults at their fields, nothing typed is lost, two admins (7)', async () => {
    const page = await shop.openAs(keeper)
    await page.goto('/admin/checkout')
    await page.getByText('There are no rates').waitFor()
    await button(page, 'Add a rate').click()
    await field(page, 'Country').fill('de')
    await page.getByText('Germany', { exact: true }).last().waitFor()
    await field(page, 'Rate in %').fill('19,123')
    await button(page, 'Add a way of shipping').click()
    await field(page, 'Name (English)').fill('Parcel')
    await field(page, 'Name (Deutsch)').fill('Paket')
    await field(page, 'Identifier').fill('parcel')
    await field(page, 'Countries').fill('de, at')
    await page.getByText('Germany and Austria').waitFor()
    await field(page, 'Price (USD)').fill('4,90')
    await button(page, 'Save changes').click()
    await page.getByText('From 0 to 100, with at most two decimals.').waitFor()
    await expectFocus(page, 'Rate in %', 'the first fault has the focus')
    await field(page, 'Rate in %').fill('19,5')

    // Another page, and back.
    const places = page.getByRole('navigation', { name: 'Admin' })
    await places.getByRole('link', { name: 'Customers' }).click()
    await page.getByRole('button', { name: `Sign-in help: ${keeper.username}` }).click()
    await button(page, 'Make a link for a new password').click()
    const link = await field(page, 'The link, shown only now').inputValue()
    assert.match(link, /\/reset_password#token=[\w.-]{40,}$/)
    await button(page, 'Remove the second step').click()
    await page.getByText('has no second step').first().waitFor()
    await page.keyboard.press('Escape')
    await places.getByRole('link', { name: 'Taxes and shipping' }).click()
    assert.equal(await field(page, 'Rate in %').inputValue(), '19,5')
    await button(page, 'Save changes').click()
    await page.getByText('Saved', { exact: true }).first().waitFor()

    type Stored = { version: number; tax_rates: object[]; shipping_methods: object[] }
    const url = `${shop.orders.url}/checkout_settings`
    const stored = async () => expectStatus(await call<Stored>('GET', url), 200)
    const { version, ...saved } = await stored()
    assert.deepEqual(saved.tax_rates, [
      { tax_class: 'standard', country: 'DE', region: null, basis_points: 1950 },
    ])
    assert.deepEqual(saved.shipping_methods, [
      {
        ...{
          id: 'parcel',
          names: { en: 'Parcel', de: 'Paket' },
          countries: ['DE', 'AT'],
          tax_class: 'as_goods',
        },
        prices: [{ weight_up_to_grams: null, goods_from: '0.00', price: '4.90' }],
      },
    ])

    await field(page, 'Rate in %').fill('20')
    const theirs = { prices_include_tax: false, tax_rates: saved.tax_rates, shipping_methods: [], version }
    expectStatus(await call('PUT', url, { token: shop.admin.token, body: theirs as never }), 200)
    await button(page, 'Save changes').click()
    await page.getByText('Someone else changed the settings').waitFor()
    await button(page, 'Save my changes').click()
    await page.getByText('There is nothing to choose').waitFor()
    const after = await stored()
    assert.deepEqual(
      [after.shipping_methods, after.tax_rates],
      [[], [{ tax_class: 'standard', country: 'DE', region: null, basis_points: 2000 }]],
    )
  })

  test('an admin sets up a webhook, and sees what was delivered', (t) => playWebhooks(t, shop, keeper))

  test('a stranger withdraws from a contract; a buyer sends goods back, and an admin receives them', (t) =>
    playReturns(t, shop, keeper))

  test('a legal page is linked in the footer, in the language of the visitor, and runs nothing', async () => {
    const page = await shop.openNew()
    await page.goto('/')
    await page.getByRole('link', { name: 'Imprint' }).click()
    await page.getByRole('heading', { name: 'Who we are' }).waitFor()
    assert.equal(await page.evaluate('window.attacked'), undefined)
    const links = await page.locator('article a').evaluateAll((all) => all.map((a) => a.getAttribute('href')))
    assert.deepEqual(links, ['https://example.com', 'mailto:us@example.com'])
    assert.equal(await page.locator('article').locator('img, script').count(), 0)
    await page.getByText('Deutsch', { exact: true }).click()
    await page.getByRole('heading', { name: 'Wer wir sind' }).waitFor()
    await page.goto('/pages/nowhere')
    await page.getByText('Unter dieser Adresse gibt es nichts').waitFor()
  })

  test('an admin imports a file: checked first, then applied, with its faults; and exports all', async () => {
    const page = await withAxe(await shop.openAs(keeper, SCREENS.desk))
    await page.goto('/admin/import')
    const rows = ['T-1,Tea,3.00,5,', 'T-2,Cake,x,1,', 'T-3,كعكة,4.00,2,red']
    const buffer = Buffer.from(`sku,name,price,stock,colour\n${rows.join('\n')}\n`)
    await page.locator('input[type=file]').setInputFiles({ name: 'spring.csv', mimeType: 'text/csv', buffer })
    const start = page.getByRole('button', { name: 'Start without the faulty rows: change 2' })
    await start.waitFor()
    await page.getByText('“x” must be an amount in USD').waitFor()
    await page.locator('summary', { hasText: 'How the columns are understood' }).click()
    await page.getByText('not used').waitFor()
    // As it is later: what moved while the check went on is no fault.
    await page.reload()
    await page.getByText('“x” must be an amount in USD').waitFor()
    const faults = await pageFaults(page, 'import', 'desk')
    await page.setViewportSize(SCREENS.phone.viewport)
    faults.push(...(await pageFaults(page, 'import', 'phone')))
    await start.click()
    await page.getByText('Done', { exact: true }).first().waitFor()
    const file = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download all products' }).click()
    const exported = await Array.fromAsync(await (await file).createReadStream())
    assert.match(Buffer.concat(exported as Buffer[]).toString(), /,T-3,كعكة,,4\.00,,2,published,/)
    assert.deepEqual(faults, [])
  })

  for (const screen of SCREENS_CHECKED) {
    test(`on a ${screen}, light and dark`, async () => {
      const page = await withAxe(await shop.openNew(SCREENS[screen]))
      await page.goto('/pages/imprint')
      await page.getByRole('heading', { name: 'Who we are' }).waitFor()
      const faults = await pageFaults(page, 'legal page', screen)
      await shop.enter(page, keeper)
      await page.goto('/admin/settings')
      await field(page, 'Name').waitFor()
      faults.push(...(await pageFaults(page, 'settings', screen)))
      await page.goto('/admin/checkout')
      await field(page, 'Rate in %').fill('200')
      await button(page, 'Add a way of shipping').click()
      await button(page, 'Save changes').click()
      await page.getByText('Some fields need another look').waitFor()
      faults.push(...(await pageFaults(page, 'taxes and shipping', screen)))
      await button(page, 'Undo').click()
      await category(`Lamps and candles for the table (${screen})`)
      await page.goto('/admin/categories')
      await button(page, `Edit Lamps and candles for the table (${screen})`).waitFor()
      faults.push(...(await pageFaults(page, 'categories', screen)))
      assert.deepEqual(faults, [])
    })
  }
})
