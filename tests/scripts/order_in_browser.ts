/** A visitor puts a product into the cart, fills in the checkout, and pays on the page of the provider. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { launch } from '../browser/browser.ts'

const WAIT_MS = 60_000

/** The id of the order, which is confirmed then, and the page of its buyer. */
export async function orderInBrowser(
  t: TestContext,
  shopUrl: string,
  productId: string,
  { username, password }: { username: string; password: string },
): Promise<{ id: string; page: Page }> {
  const browser = await launch()
  t.after(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 360, height: 740 }, locale: 'en-US' })
  page.setDefaultTimeout(WAIT_MS)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.stack ?? error.message))
  const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).click()
  await page.goto(`${shopUrl}/sign-in?next=/products/${productId}`)
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(password)
  await press('Sign in')
  await press('Add to cart')
  await page.getByRole('link', { name: /^Cart/ }).click()
  await press('Check out')
  await page.getByRole('heading', { name: 'Checkout' }).waitFor()
  await press('Order with obligation to pay')
  await page.getByText('Full name is needed.').waitFor()
  assert.equal(await page.evaluate('document.activeElement.name'), 'email')
  await page.getByLabel('Country').selectOption('DE')
  const typed = {
    'E-mail address': 'ada@example.org',
    'Full name': 'Ada Byron',
    'Street and number': 'Gasse 1',
    'Postal code': '10115',
    City: 'Berlin',
  }
  for (const [label, text] of Object.entries(typed)) await page.getByLabel(label).fill(text)
  await page.getByText('$46.90').waitFor()
  await page.getByText('including VAT 19%').waitFor()
  const wide = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
  assert.equal(wide, false, 'nothing is wider than a narrow screen')
  // What was typed survives a reload.
  await page.reload()
  assert.equal(await page.getByLabel('City').inputValue(), 'Berlin')
  await page.getByText('$46.90').waitFor()
  await press('Order with obligation to pay')
  await page.getByRole('link', { name: 'Pay now' }).click()
  await press('Pay with play money')
  await page.waitForURL('**/orders/*?payment=done')
  await page.getByRole('status').getByText('Confirmed').waitFor()
  await page.getByText('Reserved; it is collected when we ship').waitFor()
  await page.getByText('10115 Berlin').waitFor()
  assert.deepEqual(faults, [])
  return { id: new URL(page.url()).pathname.split('/').at(-1)!, page }
}

/** By an admin: an amount, and the shipping. */
export async function refundInBrowser(
  page: Page,
  shopUrl: string,
  id: string,
  amount: string,
): Promise<void> {
  await page.goto(`${shopUrl}/admin/orders/${id}`)
  await page.getByRole('button', { name: 'Refund' }).click()
  const dialog = page.getByRole('dialog', { name: 'Give money back' })
  await dialog.getByLabel('Amount', { exact: true }).fill('999')
  await dialog.getByLabel('Reason').fill('A scratch')
  await dialog.getByRole('button', { name: 'Refund' }).click()
  await dialog.getByText('can be refunded').waitFor()
  await dialog.getByLabel('Amount', { exact: true }).fill(amount)
  await dialog.getByRole('button', { name: 'Refund' }).click()
  await page.getByRole('cell', { name: 'A scratch' }).waitFor()
  await dialog.waitFor({ state: 'detached' })
  // And its shipping.
  await page.getByRole('button', { name: 'Refund' }).click()
  await dialog.getByText('Items', { exact: true }).click()
  await dialog.getByLabel('Reason').fill('Too late')
  await dialog.getByRole('button', { name: 'Refund' }).click()
  await dialog.getByText('Choose what is refunded').waitFor()
  await dialog.getByLabel('Shipping').check()
  await dialog.getByRole('button', { name: 'Refund' }).click()
  await page.getByRole('cell', { name: 'Too late' }).waitFor()
}
