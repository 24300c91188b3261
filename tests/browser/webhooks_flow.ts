/**
 * An endpoint from its address to its removal, as an admin uses it: in one window, because each window costs seconds. What it is
 * called with arrives at a server of this test.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { answer, serve } from '../../client/test/serve.ts'
import { until } from '../system/until.ts'
import { pageFaults, SCREENS, SCREENS_CHECKED, withAxe } from './page_faults.ts'
import type { Shop, Visitor } from './shop.ts'

const ARRIVAL_MS = 60_000

export async function playWebhooks(t: TestContext, shop: Shop, keeper: Visitor): Promise<void> {
  let status = 200
  const { origin, seen } = await serve(t, (_, response) => answer(response, status, {}))
  await shop.orders.kill()
  await shop.orders.start({ NOTIFICATION_URL: shop.notifications.url })
  const page = await withAxe(await shop.openAs(keeper, SCREENS.phone))
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const field = (name: string) => page.getByLabel(name, { exact: true })
  /** By keyboard: on a phone a message may lie over the button for some seconds. */
  const confirm = (name: string) =>
    page.getByRole('alertdialog').getByRole('button', { name, exact: true }).press('Enter')
  const faults: string[] = []
  const look = async (name: string) => {
    for (const screen of SCREENS_CHECKED) {
      await page.setViewportSize(SCREENS[screen].viewport)
      faults.push(...(await pageFaults(page, name, screen)))
    }
    await page.setViewportSize(SCREENS.phone.viewport)
  }

  await page.goto('/admin/webhooks')
  await page.getByText('No endpoints yet').waitFor()
  await button('Add an endpoint').click()
  await field('Address').fill('ftp://example.com')
  await field('Kinds of events').fill('order')
  await button('Add it').click()
  await page.getByText('These are no kinds of events: order.').waitFor()
  await field('Kinds of events').fill('')
  await button('Add it').click()
  await page.getByText(/^The address .*\.$/).waitFor()
  await field('Address').fill(`${origin}/hook`)
  await field('What it is for').fill('Our books')
  await button('Add it').click()
  assert.match(await field('The secret, shown only now').inputValue(), /^whsec_/)
  await look('webhook secret')
  await button('I have stored it').click()

  await button('Send a test event').click()
  await page.getByText('It answered 200 after').waitFor()

  // An order: its events are delivered, and one of them is sent again.
  const product = await shop.addProduct({ name: 'Webhook tin', stock: 3 })
  await shop.bought(shop.admin, { lines: [{ product, quantity: 1 }] })
  const confirmed = () =>
    seen.filter(({ body }) =>
      String((body as { type?: string } | undefined)?.type).endsWith('order.confirmed'),
    )
  await until('the event arrives', ARRIVAL_MS, async () => confirmed().length > 0)
  // Sooner than the page asks again by itself.
  await page.reload()
  const deliveries = page.getByRole('region', { name: 'Deliveries' })
  const first = deliveries.getByRole('listitem').filter({ hasText: 'order.confirmed' }).first()
  await first.getByText('Delivered').waitFor()
  await first.getByRole('button', { name: /attempts?: order:/ }).click()
  await page.getByRole('dialog').getByText('Answer 200').waitFor()
  await page.keyboard.press('Escape')
  await first.getByRole('checkbox').check()
  await button('Send 1 again').click()
  await until('it arrives again', ARRIVAL_MS, async () => confirmed().length > 1)
  await deliveries.getByText('Send a range again').click()
  await field('After position').fill('x')
  await button('Send again').click()
  await deliveries.getByText('A position is a whole number.').waitFor()
  await field('After position').fill('0')
  await button('Send again').click()
  await until('all arrive again', ARRIVAL_MS, async () => confirmed().length > 2)
  await deliveries.getByLabel('State').selectOption({ label: 'Given up' })
  await deliveries.getByText('There are no deliveries of this kind.').waitFor()
  await deliveries.getByLabel('State').selectOption({ label: 'Delivered' })
  await first.waitFor()
  await button('New secret').click()
  await confirm('New secret')
  await page.getByText('signed with the secret before, too').waitFor()
  await look('webhook')
  await button('I have stored it').click()

  // It says that it is gone, and is switched on again.
  status = 410
  const before = seen.length
  await shop.bought(shop.admin, { lines: [{ product, quantity: 1 }] })
  await until('it is called', ARRIVAL_MS, async () => seen.length > before)
  await page.reload()
  await page.getByText('This endpoint answered that it is gone (410)').waitFor()
  status = 200
  await button('Switch it on').click()
  await page.getByText('Active', { exact: true }).waitFor()
  await field('What it is for').fill('Our new books')
  await button('Save changes').click()
  await page.getByText('Saved', { exact: true }).first().waitFor()

  await page.getByRole('link', { name: 'Webhooks' }).last().click()
  await page.getByText('Our new books').waitFor()
  await look('webhooks')
  await page.getByRole('link', { name: 'Log of events' }).click()
  await page.getByRole('list', { name: 'Events' }).getByText('order.confirmed').first().waitFor()
  await field('Kinds of events').fill('order.nothing')
  await button('Show').click()
  await page.getByText('No events of this kind from here on.').waitFor()
  await field('Kinds of events').fill('order.confirmed')
  await button('Show').click()
  await page.getByText('From the beginning').click()
  await page.getByText('Data').first().click()
  await page.getByText('"order_id"').first().waitFor()
  await look('events')
  await page.goBack()
  await page.getByRole('link', { name: `${origin}/hook` }).click()
  await button('Remove the endpoint').click()
  await confirm('Remove the endpoint')
  await page.getByText('No endpoints yet').waitFor()
  assert.deepEqual(faults, [])
}
