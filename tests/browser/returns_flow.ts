/**
 * What comes after a purchase: a stranger withdraws from a contract, and a buyer sends goods back. In few windows, because each costs
 * seconds. The order is on an invoice, so no payment provider is needed.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { call, expectStatus } from '../system/calls.ts'
import { until } from '../system/until.ts'
import { signIn } from '../system/world.ts'
import { pageFaults, SCREENS, SCREENS_CHECKED, withAxe } from './page_faults.ts'
import type { Shop, Visitor } from './shop.ts'

const ARRIVAL_MS = 60_000
/** The client asks three times. */
const LOST_ANSWERS = 3

export async function playReturns(t: TestContext, shop: Shop, keeper: Visitor): Promise<void> {
  const payments = await shop.addProcess('payment_service')
  await shop.orders.kill()
  await shop.orders.start({
    ...{ NOTIFICATION_URL: shop.notifications.url, PAYMENT_URL: payments.url },
    ...{ PAYMENTS: 'optional', PAYMENT_METHODS: 'invoice' },
  })
  t.after(async () => {
    await shop.orders.kill()
    await shop.orders.start()
    await payments.kill()
  })
  const product = await shop.addProduct({ name: 'Returned tin', stock: 5 })
  const visitor = await shop.account()
  const order = await shippedOrder(shop, visitor, product.id, payments.url)
  const page = await withAxe(await shop.openNew(SCREENS.phone))
  const faults: string[] = []
  const look = async (of: typeof page, name: string) => {
    for (const screen of SCREENS_CHECKED) {
      await of.setViewportSize(SCREENS[screen].viewport)
      faults.push(...(await pageFaults(of, name, screen)))
    }
    await of.setViewportSize(SCREENS.phone.viewport)
  }

  // A stranger, in two steps.
  await page.goto('/cart')
  await page.getByRole('contentinfo').getByRole('link', { name: 'Withdraw from contract here' }).click()
  await page.getByLabel('Order number').fill('#10999')
  await page.getByLabel('Your name').fill('Ada Byron')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('This does not look like an e-mail address.').waitFor()
  await page.getByLabel('E-mail address').fill('ada@example.org')
  await page.getByText('Some of the goods').click()
  await page.getByLabel('Which goods').fill('One of the two tins')
  await look(page, 'withdraw')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { name: 'Is everything right?' }).waitFor()
  await look(page, 'withdraw check')
  let lost = 0
  await page.route('**/api/withdrawals', async (route) => {
    if (lost++ >= LOST_ANSWERS) return route.continue()
    await route.fetch()
    return route.abort()
  })
  const confirm = page.getByRole('button', { name: 'Confirm withdrawal' })
  await confirm.click()
  await page.getByText('You can confirm it again: it counts once.').waitFor()
  await confirm.click()
  await page.getByRole('heading', { name: 'Your withdrawal has arrived' }).waitFor()
  await page.getByText('We are also sending this receipt to ada@example.org by e-mail.').waitFor()
  await look(page, 'withdraw receipt')

  // It is there once, and an admin deals with it.
  const desk = await withAxe(await shop.openAs(keeper, SCREENS.phone))
  await desk.goto('/admin/returns/withdrawals')
  const waiting = desk.getByRole('list', { name: 'Withdrawals' }).getByRole('listitem')
  await waiting.getByText('Ada Byron').waitFor()
  assert.equal(await waiting.getByText('Ada Byron').count(), 1)
  await waiting.getByText('Receipt sent').first().waitFor()
  await look(desk, 'admin withdrawals')
  await desk.getByRole('button', { name: 'Mark as done' }).click()
  await desk.getByLabel('Note for admins (optional)').fill('Another shop')
  await desk.getByRole('dialog').getByRole('button', { name: 'Mark as done' }).click()
  await desk.getByText('No withdrawals here').waitFor()

  // A buyer asks for a return.
  await shop.enter(page, visitor)
  await page.goto(`/orders/${order}`)
  await page.getByRole('button', { name: 'Return items' }).click()
  await page.getByRole('button', { name: 'Ask for the return' }).click()
  await page.getByText('Choose at least one item.').waitFor()
  await page.getByLabel('Returned tin').fill('1')
  await page.getByLabel('Why (optional)').fill('Too small')
  await look(page, 'return')
  await page.getByRole('button', { name: 'Ask for the return' }).click()
  await page.getByText('We are looking at it').waitFor()

  // An admin accepts it, and receives the goods.
  await desk.goto('/admin/returns')
  await desk.getByRole('link', { name: /^Order #/ }).waitFor()
  await look(desk, 'admin returns')
  await desk.getByRole('link', { name: /^Order #/ }).click()
  const part = desk.getByRole('region', { name: 'Returns' })
  await part.getByText('Too small').waitFor()
  await part.getByRole('button', { name: 'Accept' }).click()
  await desk.getByLabel('Message to the buyer (optional)').fill('Send it to Gasse 1, please')
  await desk.getByRole('dialog').getByRole('button', { name: 'Accept' }).click()
  await part.getByText('Accepted', { exact: true }).waitFor()
  await part.getByRole('button', { name: 'Receive goods' }).click()
  await desk.getByLabel('Returned tin: can be sold again').waitFor()
  await look(desk, 'admin receive')
  await desk.getByRole('dialog').getByRole('button', { name: 'Receive goods' }).click()
  await part.getByText('In stock', { exact: true }).waitFor()
  await part.getByText('Refund under way').waitFor()
  await look(desk, 'admin order with return')
  assert.equal((await shop.product(product.id)).stock, 4)
  await paidBack(shop, payments.url, order)
  await part.getByText('Refunded', { exact: true }).waitFor()
  await page.reload()
  await page.getByText('Your money was given back.').waitFor()
  await page.getByText('Send it to Gasse 1, please').waitFor()
  await look(page, 'order with return')
  assert.deepEqual(faults, [])
}

/** Two units, on an invoice that was paid. */
async function shippedOrder(shop: Shop, visitor: Visitor, product_id: string, payments: string) {
  const { token } = await signIn(shop.auth.url, visitor.username, visitor.password)
  const address = {
    name: 'Ada Byron',
    lines: ['Gasse 1'],
    postal_code: '10115',
    city: 'Berlin',
    country: 'DE',
  }
  const quoted = await call<{ quote: string }>('POST', `${shop.orders.url}/quotes`, {
    body: { lines: [{ product_id, quantity: 2 }], address: { country: 'DE' } },
  })
  const { quote } = expectStatus(quoted, 200)
  const body = { quote, address, email: 'ada@example.org', payment_method: 'invoice', language: 'en' }
  const placed = await call<{ id: string }>('POST', `${shop.orders.url}/orders`, { token, body })
  const { id } = expectStatus(placed, 201, 202)
  const admin = { token: shop.admin.token }
  const read = () => call<{ status: string }>('GET', `${shop.orders.url}/orders/${id}`, admin)
  await until('the order is confirmed', ARRIVAL_MS, async () => (await read()).body.status === 'confirmed')
  expectStatus(await shop.move(shop.admin, id, { status: 'shipped' }), 200, 202)
  await until('the order is shipped', ARRIVAL_MS, async () => (await read()).body.status === 'shipped')
  expectStatus(await call('POST', `${payments}/payments/${id}/paid`, { ...admin, body: {} }), 200)
  return id
}

async function paidBack(shop: Shop, payments: string, order: string) {
  const { token } = shop.admin
  type Refunds = { refunds: { id: string; state: string }[] }
  const { refunds } = expectStatus(
    await call<Refunds>('GET', `${payments}/payments/${order}`, { token }),
    200,
  )
  assert.deepEqual(
    refunds.map(({ state }) => state),
    ['pending'],
  )
  const address = `${payments}/payments/${order}/refunds/${refunds[0]!.id}/paid`
  expectStatus(await call('POST', address, { token, body: {} }), 200)
}
