/**
 * Signs in, searches for a product and buys it once.
 *
 *   node client/examples/buy.ts ada 'a password of hers' mug
 */
import { ShopProblem } from '@shop/client/problem'
import { createShopClient, dataOf } from '@shop/client/shop_client'
import { LOCAL } from './local.ts'

export async function buy(username: string, password: string, word: string): Promise<string> {
  const shop = createShopClient(LOCAL)
  await shop.register({ username, password }).catch((problem) => {
    if (problem.code !== 'username_taken') throw problem
    return shop.signIn({ username, password })
  })

  const query = { q: word, in_stock: true, limit: 1 }
  const { items } = await dataOf(shop.products.GET('/products', { params: { query } }))
  const [product] = items
  if (!product) return `No ${word} is in stock.`

  try {
    const order = await shop.placeOrder({
      product_id: product.id,
      quantity: 1,
      total_price: product.price,
    })
    return `Bought ${product.name} for ${order.total_price} ${order.currency}: order ${order.id} is ${order.status}.`
  } catch (problem) {
    if (problem instanceof ShopProblem && problem.code === 'insufficient_stock') {
      return `Someone else bought the last ${product.name}.`
    }
    throw problem
  } finally {
    await shop.signOut()
  }
}

if (import.meta.main) {
  const [username, password, word] = process.argv.slice(2)
  console.log(await buy(username!, password!, word!))
}
