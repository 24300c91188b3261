/** Everything that the shop stores about a person, for the person: the account, and the orders with their addresses and histories. */
import { LIMITS } from '@shop/client/generated/limits'
import { itemsOf } from '../api/items_of.ts'
import { dataOf, shop } from '../api/shop.ts'

const PAGE_MAX = LIMITS['GET /orders/user/{user_id}'].limit.maximum

const ordersAfter = (userId: string, cursor: string | undefined) => {
  const query = { limit: PAGE_MAX, ...(cursor === undefined ? {} : { cursor }) }
  return dataOf(shop.orders.GET('/orders/user/{user_id}', { params: { path: { user_id: userId }, query } }))
}

export const exportedOf = async (userId: string) => ({
  ...(await dataOf(shop.auth.GET('/me/export'))),
  orders: await itemsOf((cursor) => ordersAfter(userId, cursor)),
})
