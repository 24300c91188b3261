/**
 * Work of an admin: reads the whole catalogue page by page, and changes a product that others change too.
 *
 *   node client/examples/stocktaking.ts admin 'the admin password' 10
 */
import { ShopProblem } from '@shop/client/problem'
import { createShopClient, dataOf, everyItem, type ShopClient } from '@shop/client/shop_client'
import { LOCAL } from './local.ts'

/** Raises the stock of each product to `least` units; resolves one line per product changed. */
export async function restock(username: string, password: string, least: number): Promise<string[]> {
  const shop = createShopClient(LOCAL)
  await shop.signIn({ username, password })
  const lines: string[] = []
  const everything = everyItem((cursor) =>
    dataOf(shop.products.GET('/products', { params: { query: { limit: 100, ...(cursor && { cursor }) } } })),
  )
  for await (const product of everything) {
    if (product.stock >= least) continue
    const { stock_after } = await dataOf(
      shop.products.POST('/products/{id}/stock_adjustments', {
        params: {
          path: { id: product.id },
          header: { 'idempotency-key': `restock-${product.id}-${product.version}` },
        },
        body: { delta: least - product.stock, reason: 'restocked' },
      }),
    )
    lines.push(`${product.name}: ${product.stock} -> ${stock_after}`)
  }
  await shop.signOut()
  return lines
}

/** Changes a description and keeps what others wrote meanwhile; sales in between cause no conflict. */
export async function describe(
  shop: ShopClient,
  id: string,
  change: (description: string) => string,
): Promise<string> {
  for (;;) {
    const path = { id }
    const { description, version } = await dataOf(shop.products.GET('/products/{id}', { params: { path } }))
    try {
      const body = { description: change(description), version }
      return (await dataOf(shop.products.PATCH('/products/{id}', { params: { path }, body }))).description
    } catch (problem) {
      if (!(problem instanceof ShopProblem) || problem.code !== 'version_conflict') throw problem
    }
  }
}

if (import.meta.main) {
  const [username, password, least] = process.argv.slice(2)
  for (const line of await restock(username!, password!, Number(least))) console.log(line)
}
