/**
 * A visitor without an account puts a product into the cart, fills in the checkout, and pays on the page of the provider. The link in the mail
 * opens the order in another browser, whose account gets it once it has proved the mailbox.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { launch } from '../browser/browser.ts'
import { until } from '../system/until.ts'

const WAIT_MS = 60_000
const EMAIL = 'ada@example.org'

/** The first link in the newest mail whose subject is such, as the mailbox of development has it. */
const linkIn = (mailbox: string, subject: RegExp) =>
  until(`a mail: ${subject}`, WAIT_MS, async () => {
    const answer = await fetch(`${mailbox}/messages`)
    const { messages } = (await answer.json()) as { messages: { subject: string; text: string }[] }
    const found = messages.find((mail) => subject.test(mail.subject))
    return found && /https?:\/\/\S+#\S+/.exec(found.text)?.[0]
  })

type At = {
  readonly shopUrl: string
  readonly mailbox: string
  readonly productId: string
  readonly account: { readonly username: string; readonly password: string }
}

/** The id of the order, which is confirmed then, and a page where the account is signed in, which has it. */
export async function orderInBrowser(
  t: TestContext,
  { shopUrl, mailbox, productId, account }: At,
): Promise<{ id: string; page: Page }> {
  const browser = await launch()
  t.after(() => browser.close())
  const faults: string[] = []
  const open = async () => {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 }, locale: 'en-US' })
    page.setDefaultTimeout(WAIT_MS)
    page.on('pageerror', (error) => faults.push(error.stack ?? error.message))
    return page
  }
  const page = await open()
  const id = await buy(page, shopUrl, productId)
  const other = await open()
  await addToAccount(other, { shopUrl, mailbox, id, account })
  assert.deepEqual(faults, [])
  return { id, page: other }
}

async function buy(page: Page, shopUrl: string, productId: string): Promise<string> {
  const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).click()
  await page.goto(`${shopUrl}/products/${productId}`)
  await press('Add to cart')
  await page.getByRole('link', { name: /^Cart/ }).click()
  await press('Buy without an account')
  await page.getByRole('heading', { name: 'Checkout' }).waitFor()
  await press('Order with obligation to pay')
  await page.getByText('Full name is needed.').waitFor()
  assert.equal(await page.evaluate('document.activeElement.name'), 'email')
  await page.getByLabel('Country').selectOption('DE')
  const typed = {
    'E-mail address': EMAIL,
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
  return new URL(page.url()).pathname.split('/').at(-1)!
}

async function addToAccount(
  page: Page,
  { shopUrl, mailbox, id, account: { username, password } }: Omit<At, 'productId'> & { readonly id: string },
): Promise<void> {
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  // Another browser knows nothing of the order, and the buyer has lost the first mail.
  await page.goto(`${shopUrl}/orders/${id}`)
  await page.getByRole('link', { name: 'Find your order' }).click()
  const number = page.getByLabel('Order number')
  await number.fill('12')
  await press('Send the link')
  await page.getByText('An order number has five digits or more').waitFor()
  await number.fill('#10001')
  await page.getByLabel('E-mail address of the order').fill(EMAIL)
  await press('Send the link')
  await page.getByText('Please look into your mailbox').waitFor()
  const link = await linkIn(mailbox, /^Order #10001: your link$/)
  await page.goto(link)
  await page.getByRole('status').getByText('Confirmed').waitFor()
  await page.getByText('Reserved; it is collected when we ship').waitFor()
  assert.equal(new URL(page.url()).hash, '', 'the token is not left in the address')
  await page.getByRole('link', { name: 'Sign in to add it to your account' }).click()
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(password)
  await press('Sign in')
  await press('Add to my account')
  await page.getByText('Your account has no confirmed e-mail address').waitFor()
  await page.getByRole('link', { name: 'To your account' }).click()
  await page.getByRole('textbox', { name: 'E-mail address' }).fill(EMAIL)
  await press('Save and send a link')
  await page.goto(await linkIn(mailbox, /^Confirm/))
  await press('Confirm the address')
  await page.getByText('Your address is confirmed').waitFor()
  await page.goto(`${shopUrl}/orders/${id}`)
  await press('Add to my account')
  await page.getByText('It is among your orders now').waitFor()
  await page.getByText('Bought without an account').waitFor({ state: 'detached' })
  // It is opened by the account alone, when nothing of the guest is left here.
  await page.evaluate('sessionStorage.clear()')
  await page.goto(`${shopUrl}/orders`)
  await page.getByRole('link', { name: 'Mug' }).click()
  await page.getByText('10115 Berlin').waitFor()
}

/** By an admin: the payment is captured first, and then the order has left. */
export async function shipInBrowser(page: Page, shopUrl: string, id: string): Promise<void> {
  await page.goto(`${shopUrl}/admin/orders/${id}`)
  await page.getByRole('button', { name: /^Ship, order/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Ship this order?' })
  await dialog.getByLabel('Tracking number').fill('JD0001')
  await dialog.getByRole('button', { name: 'Ship the order' }).click()
  await page.getByRole('status').getByText('Shipped', { exact: true }).waitFor()
  await page.getByRole('region', { name: 'Parcel' }).getByText('JD0001').waitFor()
  await dialog.waitFor({ state: 'detached' })
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
