/** The admin pages: two admins at once, many orders at once, by keyboard, and every page on every screen. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { jpegOf } from '../../product_service/test/pictures.ts'
import { call, expectStatus } from '../system/calls.ts'
import type { Order, Product } from '../system/world.ts'
import { expectFocus, noBrowser } from './browser.ts'
import { pageFaults, SCREENS, SCREENS_CHECKED, withAxe } from './page_faults.ts'
import { openShop, type Shop, type Visitor } from './shop.ts'

const CONFLICT = 'Someone else changed this product'
const GOODS = [
  ['Walnut desk lamp', '89.00', 24],
  ['Cast-iron skillet', '39.00', 0],
  ['Dotted notebook', '14.50', 400],
  ['Wool felt slippers', '46.00', 4],
] as const

suite('the admin in a real browser', { skip: noBrowser }, () => {
  let shop: Shop
  let keeper: Visitor
  let keeperPage: Page
  let goods: Product[]
  let orders: Order[]

  before(async () => {
    shop = await openShop()
    goods = await Promise.all(GOODS.map(([name, price, stock]) => shop.addProduct({ name, price, stock })))
    const [buyer] = await shop.buyers(1)
    const [lamp, skillet, notebook] = goods
    orders = []
    for (const quantity of [1, 2, 1]) {
      orders.push(await shop.bought(buyer!, { lines: [{ product: lamp!, quantity }] }))
    }
    orders.push(await shop.bought(buyer!, { lines: [{ product: notebook!, quantity: 12 }] }))
    await shop.place(buyer!, { lines: [{ product: skillet!, quantity: 1 }] })
    await shop.move(shop.admin, orders[2]!.id, { status: 'cancelled' })
    await shop.move(shop.admin, orders[3]!.id, { status: 'shipped' })
    keeper = await shop.account('admin')
    keeperPage = await shop.openAs(keeper)
  })
  after(() => shop?.close())

  const button = (page: Page | Locator, name: string | RegExp) => page.getByRole('button', { name })
  const said = (page: Page, words: string | RegExp) => page.getByText(words).first().waitFor()

  /** Whether the element is visible; content that a table cuts off is not. */
  async function inSight(page: Page, of: Locator): Promise<boolean> {
    const { x, y, width, height } = (await of.boundingBox())!
    const seen = await page.evaluate<string | null>(
      `document.elementFromPoint(${x + width / 2}, ${y + height / 2})?.textContent ?? null`,
    )
    return seen === (await of.textContent())
  }

  async function lookUp(page: Page, name: string) {
    await page.goto(`/admin/products?q=${encodeURIComponent(name)}`)
    await page.getByRole('row', { name }).waitFor()
  }

  /** Types into a cell of the table; the focus stays there. */
  async function typeInto(page: Page, field: 'Name' | 'Price' | 'Stock', text: string) {
    await button(page.getByRole('row').nth(1), new RegExp(`^${field} `)).click()
    await page
      .getByRole('table')
      .getByLabel(new RegExp(`^${field} of `))
      .fill(text)
  }

  /** Drops or pastes a picture on the button, as the browser reports it. */
  const give = (page: Page, how: 'drop' | 'paste', picture: Buffer) =>
    page.evaluate(`{
      const bytes = Uint8Array.from(atob('${picture.toString('base64')}'), (letter) => letter.charCodeAt(0))
      const data = new DataTransfer()
      data.items.add(new File([bytes], '${how}.jpg', { type: 'image/jpeg' }))
      const options = { bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data }
      const event = '${how}' === 'drop' ? new DragEvent('drop', options) : new ClipboardEvent('paste', options)
      document.querySelector('input[type=file]').parentElement.dispatchEvent(event)
    }`)

  test('a new product appears in the table, and can be removed', async () => {
    const page = keeperPage
    await page.goto('/admin/products')
    await button(page, 'New product').click()
    const dialog = page.getByRole('dialog', { name: 'New product' })
    await button(dialog, 'Save product').click()
    await dialog.getByText('A product needs a name.').waitFor()
    await dialog.getByLabel('Name').fill('Brass bell')
    await dialog.getByLabel('Price').fill('7,5')
    await dialog.getByLabel('Stock').fill('3')
    await button(dialog, 'Save product').click()
    await said(page, 'Brass bell is in the catalogue')
    await button(page.getByRole('row', { name: 'Brass bell' }), 'Price $7.50, edit').waitFor()
    await button(page, 'Remove Brass bell').click()
    await button(page.getByRole('alertdialog'), 'Remove it').click()
    await said(page, 'Brass bell was removed from the catalogue')
    await page.getByRole('row', { name: 'Brass bell' }).waitFor({ state: 'detached' })
  })

  test('two admins edit one product: both see both versions, and one click saves both edits (invariant 7)', async () => {
    const product = await shop.addProduct({ name: 'Oak stool', price: '60.00', stock: 5 })
    const other = await shop.openAs(await shop.account('admin'))
    await Promise.all([lookUp(keeperPage, 'Oak stool'), lookUp(other, 'Oak stool')])
    await typeInto(keeperPage, 'Name', 'Oak stool, oiled')
    await typeInto(other, 'Price', '66')
    await other.keyboard.press('Enter')
    await button(other, 'Price $66.00, edit').waitFor()
    await keeperPage.keyboard.press('Enter')
    const dialog = keeperPage.getByRole('dialog', { name: CONFLICT })
    await dialog.getByText('Only they changed it; it was $60.00.').waitFor()
    assert.deepEqual(await pageFaults(keeperPage, 'admin conflict', 'desk'), [])
    assert.equal(
      (await shop.product(product.id)).name,
      'Oak stool',
      'nothing is saved before someone decides',
    )
    await expectFocus(keeperPage, 'Save merged')
    await keeperPage.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    const { name, price } = await shop.product(product.id)
    assert.deepEqual([name, price], ['Oak stool, oiled', '66.00'])
    await shop.leave(other)
  })

  test('a product removed while an admin edits it: the typed text stays, and the page says that it cannot be saved', async () => {
    const product = await shop.addProduct({ name: 'Yew bowl', price: '25.00', stock: 2 })
    const page = keeperPage
    await page.goto(`/admin/products/${product.id}`)
    await page.getByLabel('Description').fill('Turned from one piece')
    expectStatus(
      await call('DELETE', `${shop.products.url}/products/${product.id}`, { token: shop.admin.token }),
      204,
    )
    await page.getByRole('status').getByText('Someone has removed this product').waitFor()
    assert.equal(await page.getByLabel('Description').inputValue(), 'Turned from one piece')
    await button(page, 'Save changes').click()
    await page.getByRole('alert').getByText('We could not save the product').waitFor()
    await page.reload()
    await said(page, 'There is nothing at this address')
  })

  test('pictures are dropped, pasted and chosen; each needs a text, and they are saved in their order with their centre', async () => {
    const product = await shop.addProduct({ name: 'Fern pot', price: '12.00', stock: 3 })
    const page = keeperPage
    await page.goto(`/admin/products/${product.id}`)
    const pictures = page.getByRole('region', { name: 'Pictures' })
    await button(pictures, 'Choose files').waitFor()
    const [red, green, blue] = await Promise.all([40, 50, 60].map((height) => jpegOf({ width: 60, height })))
    await give(page, 'drop', red!)
    await pictures.getByLabel('What is on picture 1?').waitFor()
    await give(page, 'paste', green!)
    await pictures.getByLabel('What is on picture 2?').waitFor()
    await pictures.locator('input[type=file]').setInputFiles([
      { name: 'blue.jpg', mimeType: 'image/jpeg', buffer: blue! },
      { name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('no picture') },
    ])
    await pictures.getByLabel('What is on picture 3?').waitFor()
    await pictures.getByRole('alert').getByText('This is no JPEG, PNG, WebP or AVIF.').waitFor()
    await button(pictures, 'Dismiss notes.png').click()
    await button(page, 'Save changes').click()
    await pictures.getByText('Each picture needs a text').waitFor()
    assert.deepEqual(await pageFaults(page, 'admin pictures', 'desk'), [])
    for (const [i, text] of ['Red', 'Green', 'Blue'].entries()) {
      await pictures.getByLabel(`What is on picture ${i + 1}?`).fill(text)
    }
    await button(pictures, 'Move picture 3 up').click()
    await button(pictures, /^Centre of picture 1/).focus()
    await page.keyboard.press('ArrowLeft')
    await button(pictures, 'Remove picture 3').click()
    await button(page, 'Save changes').click()
    await said(page, 'Saved')
    const { media } = (await shop.product(product.id)) as Product & {
      media: { alt: string; focus: object }[]
    }
    assert.deepEqual(
      media.map(({ alt, focus }) => [alt, focus]),
      [
        ['Red', { x: 48, y: 50 }],
        ['Blue', { x: 50, y: 50 }],
      ],
    )
  })

  test('a sale does not conflict with an edit of the price, and is not overwritten by a new stock', async () => {
    const product = await shop.addProduct({ name: 'Ash ladder', price: '80.00', stock: 10 })
    const [buyer] = await shop.buyers(1)
    const page = keeperPage
    await lookUp(page, 'Ash ladder')
    await typeInto(page, 'Price', '82.00')
    await shop.bought(buyer!, { lines: [{ product, quantity: 2 }] })
    await page.keyboard.press('Enter')
    await button(page, 'Price $82.00, edit').waitFor()
    await button(page, 'Stock 8, edit').waitFor()

    await typeInto(page, 'Stock', '20')
    await shop.bought(buyer!, { lines: [{ product: await shop.product(product.id), quantity: 1 }] })
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: CONFLICT })
    await dialog.getByText('Both of you changed it; it was 8.').waitFor()
    assert.equal(
      await dialog.getByLabel('Merged').inputValue(),
      '19',
      '12 more than there were, less the one sold',
    )
    await button(dialog, 'Save merged').click()
    await dialog.waitFor({ state: 'detached' })
    assert.equal((await shop.product(product.id)).stock, 19)
  })

  test('the overview: what waits, figures of today, yesterday and a month, and what it does not know', async () => {
    const page = keeperPage
    await page.goto('/admin')
    const waits = page.getByRole('region', { name: 'Waiting for you' })
    await waits.getByRole('link', { name: /^To be shipped ?\d+$/ }).waitFor()
    const revenue = page.getByRole('region', { name: /^Revenue per/ }).first()
    await button(revenue, 'As a table').click()
    const cells = await revenue.getByRole('cell').allInnerTexts()
    assert.ok(cells.length >= 23)
    for (const cell of cells) assert.match(cell, /^\$[\d,]+\.\d\d$/)
    for (const name of await revenue.getByRole('rowheader').allInnerTexts()) assert.match(name, /^\w{3} /)
    await page.getByRole('region', { name: 'Best-selling' }).getByText('12 sold').waitFor()
    await page.getByText('Yesterday').click()
    await said(page, 'No orders yesterday')
    await page.getByRole('link', { name: 'To the last 30 days' }).click()
    await page.getByRole('region', { name: 'Revenue per day' }).waitFor()
    assert.equal(new URL(page.url()).search, '?range=month')
    await page.route('**/api/orders/overview?*', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ json: { ...(await response.json()), complete: false } })
    })
    await page.reload()
    await said(page, 'There are more orders than are counted at once')
    await page.unroute('**/api/orders/overview?*')
    await page.route('**/api/orders/overview?*', (route) => route.fulfill({ status: 503, json: {} }))
    await page.reload()
    await page.getByRole('alert').getByText('We could not read the orders').waitFor()
    await waits.getByRole('link', { name: /^To be shipped ?\d+$/ }).waitFor()
    await page.unroute('**/api/orders/overview?*')
    await waits.getByRole('link', { name: /^Sold out/ }).click()
    await page.getByRole('row', { name: 'Cast-iron skillet' }).waitFor()
  })

  test('products are found by parts of name and SKU, drafts too, and filters stay in the address and in saved views', async () => {
    const page = keeperPage
    const details = { sku: 'QX-77', status: 'draft' as const }
    await shop.addProduct({ name: 'Quince paste', price: '6.00', stock: 0, ...details })
    await shop.addProduct({ name: 'Quilt', price: '90.00', stock: 3, compare_at_price: '120.00' })
    await page.goto('/admin/products?q=x-77')
    await page.getByRole('row', { name: 'Quince paste' }).waitFor()
    await page.getByRole('searchbox').fill('qui')
    await page.getByRole('row', { name: 'Quilt' }).waitFor()
    await page.getByRole('row', { name: 'Quince paste' }).waitFor()
    await page.getByRole('combobox', { name: 'Visibility' }).selectOption('Drafts')
    await page.getByRole('row', { name: 'Quilt' }).waitFor({ state: 'detached' })
    await page.getByRole('combobox', { name: 'Stock' }).selectOption('Sold out')
    await page.getByRole('row', { name: 'Quince paste' }).waitFor()
    assert.equal(new URL(page.url()).search, '?q=qui&status=draft&stock=out')
    await page.getByText('Columns and saved views').click()
    await page.getByLabel('Name of this view').fill('Empty drafts')
    await button(page, 'Save view').click()
    await button(page, 'Show all').click()
    await page.getByRole('checkbox', { name: 'Reduced' }).check()
    await page.getByRole('row', { name: 'Quilt' }).waitFor()
    await page.getByRole('row', { name: 'Walnut desk lamp' }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Empty drafts' }).click()
    await page.getByRole('row', { name: 'Quince paste' }).waitFor()
    await page.reload()
    await page.getByRole('row', { name: 'Quince paste' }).waitFor()
    assert.equal(await page.getByRole('combobox', { name: 'Visibility' }).inputValue(), 'draft')
    await page.goto('/admin/products?q=qiult')
    await button(page, 'Search for “quilt”').click()
    await page.getByRole('row', { name: 'Quilt' }).waitFor()
  })

  test('a filter is shown at once, and a second one adds to the first, before the address has it', async () => {
    const page = keeperPage
    await page.goto('/admin/products')
    await page.getByRole('row', { name: 'Walnut desk lamp' }).waitFor()
    await page.getByRole('checkbox', { name: 'Reduced' }).waitFor()
    // After each choice React has drawn what is urgent, and the router has not moved yet.
    const reduced = await page.evaluate(`(async () => {
      const box = document.querySelector('search input[type=checkbox]')
      const choose = (label, value) => {
        const select = document.querySelector('select[aria-label="' + label + '"]')
        select.value = value
        select.dispatchEvent(new Event('change', { bubbles: true }))
        return Promise.resolve()
      }
      box.click()
      await Promise.resolve()
      const seen = box.checked
      await choose('Visibility', 'draft')
      await choose('Stock', 'out')
      return seen && box.checked
    })()`)
    assert.equal(reduced, true, 'the box stays checked')
    await page.waitForURL('**/admin/products?status=draft&stock=out&reduced=true')
  })

  test('by keyboard alone: move in the table, edit, cancel, and save', async () => {
    const products = [
      await shop.addProduct({ name: 'Zinc pail small', price: '10.00', stock: 1 }),
      await shop.addProduct({ name: 'Zinc pail large', price: '20.00', stock: 2 }),
    ]
    const page = keeperPage
    await page.goto('/admin/products?q=zinc&sort=price')
    await page.getByRole('row', { name: 'Zinc pail large' }).waitFor()
    await page.getByLabel('Choose Zinc pail small').focus()
    for (const key of ['Tab', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key)
    await expectFocus(page, 'Price $20.00, edit')
    await page.keyboard.press('F2')
    await page.keyboard.type('99')
    await page.keyboard.press('Escape')
    await expectFocus(page, 'Price $20.00, edit', 'given up, and the cell has the focus again')
    await page.keyboard.type('21')
    await page.keyboard.press('Enter')
    await button(page, 'Price $21.00, edit').waitFor()
    await expectFocus(page, 'Price $21.00, edit')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.type('-')
    await page.keyboard.press('Enter')
    await page.keyboard.type('x')
    await page.keyboard.press('Enter')
    const fault = page.getByText('Stock is a whole number')
    await fault.waitFor()
    assert.ok(await inSight(page, fault), 'the last row has room for its fault')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+Home')
    await expectFocus(page, /^Name Zinc pail small/)
    await page.keyboard.press('End')
    await expectFocus(page, 'Remove Zinc pail small')
    await page.keyboard.press('Enter')
    await page.getByRole('alertdialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('alertdialog').waitFor({ state: 'detached' })
    assert.deepEqual(await Promise.all(products.map(async ({ id }) => (await shop.product(id)).price)), [
      '10.00',
      '21.00',
    ])
  })

  test('a group: its missing variants are added once, its table is edited, and many products change together', async () => {
    const page = keeperPage
    await page.goto('/admin/groups')
    await button(page, 'New group').first().click()
    const dialog = page.getByRole('dialog', { name: 'New group' })
    await dialog.getByLabel('Name').fill('Linen shirt')
    await dialog.getByLabel('Option').fill('Size')
    await dialog.getByLabel('Its values').fill('S')
    await page.keyboard.press('Enter')
    await page.keyboard.type('M')
    await button(dialog, 'Create the group').click()
    const adding = page.getByRole('region', { name: 'Add missing variants' })
    await adding.getByLabel('Price').fill('39')
    await adding.getByLabel('SKU pattern').fill('LS-{1}')
    await button(adding, 'Add them').click()
    await adding.getByText('2 of 2 added.').waitFor()
    await button(adding, 'Add them').click()
    await adding.getByText('No combination is missing.').waitFor()
    const row = page.getByRole('row', { name: 'LS-M' })
    await button(row, /^Stock 0/).click()
    await page.keyboard.type('7')
    await page.keyboard.press('Enter')
    await button(row, 'Stock 7, edit').waitFor()
    assert.deepEqual(await pageFaults(page, 'admin group', 'desk'), [])

    await page.goto('/admin/products?q=linen&status=draft')
    await page.getByRole('row', { name: 'Linen shirt – M' }).waitFor()
    await page.getByLabel('Choose all of this page').check()
    let edited = false
    await page.route('**/api/products/*', async (route) => {
      const isFirst = route.request().method() === 'PATCH' && !edited
      if (isFirst) {
        edited = true
        await shopEdits(route.request().url())
      }
      await route.continue()
    })
    await button(page.getByRole('region', { name: 'Chosen products' }), 'Price').click()
    const many = page.getByRole('dialog', { name: 'Change the price of 2 products' })
    await many.getByLabel('By how much').fill('-10')
    await button(many, 'Change 2 products').click()
    await many.getByText('1 product edited by someone else').waitFor()
    await many.getByText('1 changed.').waitFor()
    await page.unroute('**/api/products/*')
    await button(many, 'Try these again').click()
    await many.getByText('2 changed.').waitFor()
    await button(many, 'Done').click()
    await page.getByRole('row', { name: '$36.00' }).waitFor()
    await page.getByRole('row', { name: '$35.10' }).waitFor()
    await page.goto('/admin/groups')
    await page.getByRole('link', { name: 'Linen shirt' }).click()
    await button(page, 'Remove this group').click()
    const question = page.getByRole('alertdialog', { name: 'Remove Linen shirt?' })
    await question.getByText('Existing orders keep names and prices.').waitFor()
    assert.deepEqual(await pageFaults(page, 'admin remove group', 'desk'), [])
    await button(question, 'Remove it').click()
    await said(page, 'Linen shirt was removed from the catalogue')
    await page.goto('/admin/products?q=ls-m')
    await said(page, 'Nothing matches')
  })

  /** Someone else edits the product of this request before it arrives. */
  async function shopEdits(url: string) {
    const { token } = shop.admin
    const id = new URL(url).pathname.split('/').at(-1)
    expectStatus(
      await call('PATCH', `${shop.products.url}/products/${id}`, { token, body: { price: '40.00' } }),
      200,
    )
  }

  test('an adjustment counts once, also if its answer was lost, and is in the ledger', async () => {
    const product = await shop.addProduct({ name: 'Elm tray', price: '30.00', stock: 7 })
    const page = keeperPage
    await page.goto(`/admin/products/${product.id}`)
    await page.getByRole('heading', { name: 'Elm tray' }).waitFor()
    const keys: (string | undefined)[] = []
    await page.route('**/stock_adjustments', async (route) => {
      keys.push(route.request().headers()['idempotency-key'])
      if (keys.length > 3) return route.continue()
      if (keys.length === 1) await route.fetch()
      await route.abort()
    })
    await page.getByLabel('Units').fill('5')
    await button(page, 'Delivery').click()
    await button(page, 'Add to the stock').click()
    await said(page, 'The answer was lost')
    await button(page, 'Add to the stock').click()
    await said(page, 'Elm tray: 12 in stock')
    assert.equal(keys.length, 4)
    assert.equal(new Set(keys).size, 1)
    assert.ok(keys[0])
    await page.unroute('**/stock_adjustments')
    const entries = page.getByRole('region', { name: 'Entries of the ledger, newest first' })
    await entries.getByRole('row', { name: '+5 12 Adjustment: Delivery' }).waitFor()
    await page.getByRole('img', { name: /Stock since the beginning.*between 7 and 12, now 12/ }).waitFor()
    await button(page, 'As a table').click()
    assert.equal(
      await page
        .getByRole('region', { name: /Stock since/ })
        .getByRole('row')
        .count(),
      3,
    )
    await page.getByText('Take', { exact: true }).click()
    await page.getByLabel('Units').fill('13')
    await page.getByLabel('Reason').fill('Stolen')
    await button(page, 'Take from the stock').click()
    await said(page, 'There is not enough stock')
    assert.equal((await shop.product(product.id)).stock, 12)
  })

  test('many orders are shipped at once, and one that could not be shipped is shown separately', async () => {
    const product = await shop.addProduct({ name: 'Birch spoon', price: '4.00', stock: 50 })
    const [buyer] = await shop.buyers(1)
    const placed = []
    for (let i = 0; i < 5; i++) placed.push(await shop.bought(buyer!, { lines: [{ product, quantity: 1 }] }))
    const page = keeperPage
    await page.goto('/admin/orders')
    const confirmed = page.getByRole('region', { name: 'Confirmed' })
    await confirmed.getByText('Birch spoon').nth(4).waitFor()
    for (const { id } of placed) await confirmed.getByLabel(`Choose order …${id.slice(-6)}`).check()
    await page.route('**/api/orders?status=confirmed*', (route) => route.abort())
    await shop.move(shop.admin, placed[2]!.id, { status: 'cancelled' })
    await button(confirmed, 'Ship 5').click()
    const question = page.getByRole('dialog', { name: 'Ship 5 orders?' })
    await question.getByText('$20.00').waitFor()
    await question.getByText('this cannot be undone').waitFor()
    await button(question, 'Not yet').click()
    await question.waitFor({ state: 'detached' })
    assert.equal((await shop.order(shop.admin, placed[0]!.id)).status, 'confirmed', 'asking ships nothing')
    await button(confirmed, 'Ship 5').click()
    await button(question, 'Ship 5 orders').click()
    const dialog = page.getByRole('dialog', { name: 'Shipping 5 orders' })
    await dialog.getByText('4 of 5 shipped.').waitFor()
    await dialog.getByText('1 order could not be shipped').waitFor()
    await dialog.getByText('The order has changed in the meantime').waitFor()
    await page.unroute('**/api/orders?status=confirmed*')
    await button(dialog, 'Done').click()
    await page.getByRole('region', { name: 'Shipped' }).getByText('Birch spoon').nth(3).waitFor()
    const now = await Promise.all(placed.map(({ id }) => shop.order(shop.admin, id)))
    assert.deepEqual(
      now.map(({ status }) => status),
      ['shipped', 'shipped', 'cancelled', 'shipped', 'shipped'],
    )
  })

  test('closing the dialog stops shipping, and shows the progress; a page that cannot be loaded says so', async () => {
    const product = await shop.addProduct({ name: 'Beech peg', price: '1.00', stock: 50 })
    const [buyer] = await shop.buyers(1)
    const line = { lines: [{ product, quantity: 1 }] }
    await Promise.all(Array.from({ length: 21 }, () => shop.bought(buyer!, line)))
    const page = keeperPage
    await page.goto('/admin/orders')
    const confirmed = page.getByRole('region', { name: 'Confirmed' })
    await confirmed.getByText('20+').waitFor()
    await page.route('**/api/orders?*cursor*', (route) => route.abort())
    await button(confirmed, 'More').click()
    await confirmed.getByText('We could not read on').waitFor()
    await page.unroute('**/api/orders?*cursor*')
    await button(confirmed, 'More').click()
    await confirmed.getByText('20+').waitFor({ state: 'detached' })

    let asked = 0
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route('**/api/orders/*', async (route) => {
      if (route.request().method() === 'PUT' && ++asked > 4) await held
      await route.continue()
    })
    await confirmed.getByLabel('All shown').check()
    await button(confirmed, /^Ship \d+/).click()
    await button(page.getByRole('dialog'), /^Ship \d+ orders/).click()
    const dialog = page.getByRole('dialog', { name: /^Shipping/ })
    await dialog.getByText(/^4 of \d+ shipped …/).waitFor()
    await button(dialog, 'Close').click()
    release()
    await said(page, /^Stopped: \d+ of \d+ shipped$/)
    await page.unroute('**/api/orders/*')
    assert.ok(asked < 21, 'the rest was not begun')
  })

  test('orders are found by number, customer and product, and packing slips list what goes into the parcel', async () => {
    const page = keeperPage
    const { number } = (await shop.order(shop.admin, orders[3]!.id)) as Order & { number: number }
    await page.goto('/admin/orders')
    await page.getByLabel('Number, customer or product').fill(`#${number}`)
    await page.keyboard.press('Enter')
    await page.getByRole('row', { name: /Dotted notebook/ }).waitFor()
    assert.equal(await page.getByRole('row').count(), 2)
    await page.getByLabel('Number, customer or product').fill('walnut')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Orders of a product' }).getByText('Walnut desk lamp').click()
    await page
      .getByRole('row', { name: /Walnut desk lamp/ })
      .nth(2)
      .waitFor()
    await page.goto(`/admin/packing-slips?ids=${orders[0]!.id},${orders[3]!.id}`)
    const slip = page.getByRole('region', { name: `Packing slip of #${number}` })
    await slip.getByText('12 units in all').waitFor()
    await page.emulateMedia({ media: 'print' })
    assert.equal(await button(page, 'Print').isVisible(), false)
    assert.equal(await page.locator('header').isVisible(), false)
    await page.emulateMedia({ media: 'screen' })
  })

  test('an order offers only its allowed transitions', async () => {
    const page = keeperPage
    const moves = () => page.getByRole('button', { name: /, order …/ }).allInnerTexts()
    await page.goto(`/admin/orders/${orders[0]!.id}`)
    await button(page, /^Ship, order/).waitFor()
    assert.deepEqual(await moves(), ['Ship', 'Cancel'])
    await button(page, /^Ship, order/).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Carrier').fill('Post')
    await dialog.getByLabel('Tracking number').fill('JD0001')
    await button(dialog, 'Ship the order').click()
    await button(page, /^Mark as delivered, order/).waitFor()
    assert.deepEqual(await moves(), ['Mark as delivered'])
    const parcel = page.getByRole('region', { name: 'Parcel' })
    await parcel.getByText('JD0001').waitFor()
    await button(parcel, 'Correct').click()
    await dialog.getByLabel('Tracking number').fill(' ')
    await button(dialog, 'Save').click()
    await dialog.getByText('Type the number of the parcel.').waitFor()
    await dialog.getByLabel('Tracking number').fill('JD0002')
    await button(dialog, 'Save').click()
    await parcel.getByText('JD0002').waitFor()
    await parcel.getByText('Post').waitFor()
    await page.goto(`/admin/packing-slips?ids=${orders[0]!.id}`)
    await page.getByText('JD0002').waitFor()
    await page.goto(`/admin/orders/${orders[2]!.id}`)
    await page.getByRole('status').getByText('Cancelled').waitFor()
    assert.deepEqual(await moves(), [])
  })

  for (const size of SCREENS_CHECKED) {
    test(`every page on a ${size}`, async () => {
      const page = await withAxe(await shop.enter(await shop.openNew(SCREENS[size]), keeper))
      const faults: string[] = []
      for (const [name, path, shows] of [
        ['admin overview', '/admin', 'Stock running out'],
        ['admin products', '/admin/products', 'Walnut desk lamp'],
        ['admin nothing found', '/admin/products?q=unicorn', 'Nothing matches'],
        ['admin product', `/admin/products/${goods[2]!.id}`, 'First stock'],
        ['admin groups', '/admin/groups', 'Groups of variants'],
        ['admin drafts', '/admin/products?status=draft', 'Quince paste'],
        ['admin month', '/admin?range=month', 'Best-selling'],
        ['admin orders', '/admin/orders?status=shipped', 'Dotted notebook'],
        ['admin orders closed', '/admin/orders?show=closed&status=rejected', 'Order of 1 item'],
        ['admin order', `/admin/orders/${orders[3]!.id}`, 'Every step of the order'],
        ['admin found orders', '/admin/find-orders?q=walnut', 'Walnut desk lamp'],
        ['admin packing slips', `/admin/packing-slips?ids=${orders[3]!.id}`, '12 units in all'],
        ['admin customers', '/admin/people', keeper.username],
        ['admin customer', `/admin/people/orders?user=${orders[3]!.user_id}`, 'Walnut desk lamp'],
        ['admin system', '/admin/system', 'Everything is up'],
      ] as const) {
        await page.goto(path)
        await page.locator('main').getByText(shows).locator('visible=true').first().waitFor()
        faults.push(...(await pageFaults(page, name, size)))
      }
      await shop.leave(page)
      assert.deepEqual(faults, [])
    })
  }

  test('the system page shows what is down, and that it is back', async () => {
    const page = keeperPage
    await page.goto('/admin/system')
    await said(page, 'Everything is up')
    const shelf = await shop.tab(page)
    await shelf.goto('/admin/products')
    await shelf.getByRole('row', { name: 'Walnut desk lamp' }).waitFor()
    await shop.products.kill()
    await page.getByRole('alert').getByText('Products and stock: not available').waitFor()
    await shelf.getByRole('status').getByText('We cannot update this right now').waitFor()
    await shelf.getByRole('row', { name: 'Walnut desk lamp' }).waitFor()
    await shelf.close()
    await shop.products.start()
    await said(page, 'Everything is up')
  })

  test('the system page warns of a ledger that does not balance, and of unsettled orders', async () => {
    const page = keeperPage
    await page.route('**/api/system', async (route) => {
      const response = await route.fetch()
      const { services } = await response.json()
      for (const { replicas } of services) {
        for (const replica of replicas) {
          if (replica.ledger_mismatches !== null) replica.ledger_mismatches = 1
          if (replica.settler_oldest_seconds !== null) replica.settler_oldest_seconds = 600
        }
      }
      await route.fulfill({ json: { services } })
    })
    await page.goto('/admin/system')
    await page.getByRole('alert').getByText('The ledger does not balance').waitFor()
    await page.getByRole('status').getByText('Orders wait longer than they should').waitFor()
    await page.unroute('**/api/system')
  })

  test('customers cannot open the admin pages', async () => {
    const page = await shop.openAs(await shop.account())
    await page.goto('/admin/system')
    await said(page, 'This part is for shopkeepers')
    await shop.leave(page)
  })

  test('roles: a user becomes an admin; the last admin stays one, and the page says why', async () => {
    const { username } = await shop.account()
    const page = keeperPage
    const row = (name: string) => page.getByRole('row').filter({ hasText: name })
    const change = async (name: string, words: string) => {
      // By keyboard: a message may lie over them for some seconds.
      await button(row(name), `${words}: ${name}`).press('Enter')
      await button(page.getByRole('alertdialog'), words).press('Enter')
      await page.getByRole('alertdialog').waitFor({ state: 'detached' })
    }
    await page.goto('/admin/people')
    await change(username, 'Make admin')
    await said(page, `${username} is an admin now`)
    await row(username).getByText('Admin', { exact: true }).locator('visible=true').waitFor()
    const names = await page
      .getByRole('button', { name: /^Make customer: / })
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')!.replace('Make customer: ', '')))
    for (const name of names.filter((name) => name !== keeper.username)) {
      await change(name, 'Make customer')
      await button(row(name), `Make admin: ${name}`).waitFor()
    }
    await change(keeper.username, 'Make customer')
    await page.getByRole('status').getByText('The shop needs at least one admin').waitFor()
    await button(row(keeper.username), `Make customer: ${keeper.username}`).waitFor()
  })
})
