/** `npm run pictures`: takes the pictures in docs/pictures of a real shop with the sample catalogue, in a real browser. */
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { readArguments } from '../../scripts/arguments.ts'
import { loadDemo } from '../../scripts/start/demo_catalogue.ts'
import type { Product } from '../system/world.ts'
import { noBrowser } from './browser.ts'
import { settled } from './page_faults.ts'
import { openShop, type Shop } from './shop.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'pictures')
const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 900 } }
const SALES = 22
const CANCELLED = 3
const DECLINED = 2

readArguments(
  {
    name: 'npm run pictures',
    summary: 'Takes the pictures of docs/pictures anew. Needs Chromium.',
    options: {},
  },
  process.argv.slice(2),
)
if (noBrowser) throw new Error(noBrowser)
const shop = await openShop()
try {
  const keeper = await shop.account('admin', 'admin_maya')
  console.log(
    await loadDemo(
      { authUrl: shop.auth.url, productUrl: shop.products.url },
      keeper.username,
      keeper.password,
    ),
  )
  const goods = await productsOf(shop)

  const visitor = await shop.open(DESK)
  await visitor.goto('/')
  await take(visitor, 'catalogue', 'Dotted notebook')

  const buyer = await shop.openAs(await shop.account('customer', 'ada'), { ...DESK, colorScheme: 'dark' })
  const order = await buy(buyer, [goods.get('Walnut desk lamp')!, goods.get('Cast-iron skillet')!])
  await shop.move(shop.admin, order, { status: 'shipped' })
  await buyer.reload()
  await take(buyer, 'order', 'On its way to you')

  await sell(shop, [...goods.values()])
  const office = await shop.openAs(keeper, DESK)
  await office.goto('/admin')
  await take(office, 'admin', 'Stock running out')
} finally {
  await shop.close()
}

async function take(page: Page, name: string, shows: string) {
  await page.locator('main').getByText(shows).first().waitFor()
  await settled(page)
  await page.mouse.move(0, 0)
  await page.screenshot({ path: join(FOLDER, `${name}.png`) })
  console.log(`docs/pictures/${name}.png`)
}

async function productsOf({ products }: Shop): Promise<Map<string, Product>> {
  const answer = await fetch(`${products.url}/products?limit=100`)
  const { items } = (await answer.json()) as { items: (Product & { name: string })[] }
  return new Map(items.map((product) => [product.name, product]))
}

/** Resolves to the id of the order; its page is shown. */
async function buy(page: Page, products: readonly Product[]): Promise<string> {
  for (const { id } of products) {
    await page.goto(`/products/${id}`)
    await page.getByRole('button', { name: 'Add to cart' }).click()
  }
  await page.getByRole('link', { name: /^Cart/ }).click()
  await page.getByRole('button', { name: 'Place order' }).click()
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}$/)
  return new URL(page.url()).pathname.split('/').at(-1)!
}

/** Orders of an afternoon: most confirmed, one cancelled, one rejected. */
async function sell(shop: Shop, goods: readonly Product[]) {
  const [buyer] = await shop.buyers(1)
  for (let i = 0; i < SALES; i += 1) {
    const product = await shop.product(goods[i % goods.length]!.id)
    if (product.stock === 0) continue
    const { id } = await shop.bought(buyer!, { lines: [{ product, quantity: 1 }] })
    if (i < CANCELLED) await shop.move(shop.admin, id, { status: 'cancelled' })
  }
  const scarce = goods.reduce((a, b) => (a.stock < b.stock ? a : b))
  const greedy = { lines: [{ product: scarce, quantity: scarce.stock + 1 }] }
  for (let i = 0; i < DECLINED; i += 1) await shop.place(buyer!, greedy)
}
