/** What buyers see of the catalogue. */
import { ShopProblem } from '@shop/client/problem'
import { dataOf } from '@shop/client/shop_client'
import type { Actor, Product, Scene } from './clients.ts'
import { checkList, PAGE_SIZES, readList } from './lists.ts'

/** The catalogue: what is for sale, and nothing that was removed before. */
export async function browse(scene: Scene, actor: Actor) {
  const { books, history } = scene
  const { chances, client } = actor
  const sort = chances.one(['newest', 'price', '-price'] as const)
  const in_stock = chances.happens(0.3)
  const removedIn = () =>
    new Set(books.changes().products.flatMap(({ id, removed }) => (removed ? [id] : [])))
  const removed = removedIn()
  const least = new Map(scene.productIds.map((id) => [id, books.productVersion(id)]))
  // Prices change between two pages, so that one product can be on both, or on none.
  const limit = sort === 'newest' ? chances.one(PAGE_SIZES) : 24
  const what = `the catalogue${in_stock ? ' in stock' : ''} by ${sort}`
  const shown = await readList<Product>(
    scene,
    actor,
    what,
    limit,
    (query) => dataOf(client.products.GET('/products', { params: { query: { ...query, sort, in_stock } } })),
    ({ id }) => id,
  )
  if (!shown) return
  for (const { id, version, stock } of shown) {
    if (in_stock && stock === 0) history.broken(`${what} has product ${id}, which has none`)
    if (removed.has(id)) history.broken(`${what} has product ${id}, which was removed before`)
    if (version < (least.get(id) ?? 0))
      history.broken(`7: ${what} showed product ${id} at version ${version} after ${least.get(id)}`)
  }
  const gone = removedIn()
  const listed = shown.map(({ id }) => id)
  checkList(scene, {
    what,
    listed,
    expected: in_stock ? [] : scene.productIds.filter((id) => !gone.has(id)),
    newestFirst: false,
  })
  if (sort !== 'newest') {
    const prices = shown.map(({ price }) => Number(price) * (sort === 'price' ? 1 : -1))
    if (prices.some((price, at) => at > 0 && price < prices[at - 1]!))
      history.broken(`${what} is not in the order of prices`)
  }
  if (removed.size > 0) history.sometimes('a removed product was not in the catalogue')
}

/** When faults have ended: what is in stock is listed, and nothing else. */
export async function checkCatalogue(scene: Scene, actor: Actor): Promise<void> {
  const inStock = () =>
    scene.books
      .changes()
      .products.filter(({ removed, stock }) => !removed && stock > 0)
      .map(({ id }) => id)
      .sort()
      .join(', ')
  const stored = inStock()
  const query = { in_stock: true, limit: 24 }
  const answer = await actor.attempt('lists what is in stock', () =>
    dataOf(actor.client.products.GET('/products', { params: { query } })),
  )
  // A request that was late may have removed one meanwhile.
  if (answer instanceof ShopProblem || stored !== inStock()) return
  const listed = answer!.items
    .map(({ id }) => id)
    .sort()
    .join(', ')
  if (listed !== stored)
    scene.history.broken(`in stock are ${stored || 'none'}, listed were ${listed || 'none'}`)
}
