/** The settings of the shop: the admin's page, what visitors see of them, and the legal pages. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { call, expectStatus } from '../system/calls.ts'
import { noBrowser } from './browser.ts'
import { pageFaults, SCREENS, withAxe } from './page_faults.ts'
import { openShop, type Shop, type Visitor } from './shop.ts'

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
    shop = await openShop()
    keeper = await shop.account('admin')
    await patch({ legal: { imprint: { text: { en: `# Who we are\n\n${ATTACKS}`, de: '# Wer wir sind' } } } })
  })
  afterEach(() => shop?.leave())
  after(() => shop?.close())

  const field = (page: Page, name: string) => page.getByLabel(name, { exact: true })

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
    await visitor.goto('/')
    await visitor.getByRole('heading', { name: 'We are here already' }).waitFor()
    assert.match(await visitor.title(), / · Hare & Hedgehog$/)
    await visitor.getByText('Free shipping this week').waitFor()
    await visitor.getByRole('link', { name: 'us@example.com' }).waitFor()
    const accent = await visitor.evaluate(`getComputedStyle(document.querySelector('header rect')).fill`)
    assert.equal(accent, 'rgb(74, 31, 99)')
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

  for (const screen of ['phone', 'desk'] as const) {
    test(`on a ${screen}, light and dark`, async () => {
      const page = await withAxe(await shop.openNew(SCREENS[screen]))
      await page.goto('/pages/imprint')
      await page.getByRole('heading', { name: 'Who we are' }).waitFor()
      const faults = await pageFaults(page, 'legal page', screen)
      await shop.enter(page, keeper)
      await page.goto('/admin/settings')
      await field(page, 'Name').waitFor()
      assert.deepEqual([...faults, ...(await pageFaults(page, 'settings', screen))], [])
    })
  }
})
