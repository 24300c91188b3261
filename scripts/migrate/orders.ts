/** Orders, whole, with what is still owed for them: the settler goes on where it was. */
import type { Order } from '../../order_service/src/domain/order.ts'
import type { OrderStore } from '../../order_service/src/domain/ports.ts'
import type { Carried, Progress } from './progress.ts'

const PAGE = 500

export async function carryOrders(from: OrderStore, to: OrderStore, progress: Progress): Promise<Carried[]> {
  let target = 0
  const source = await progress.each('orders', everyOrder(from), async (order) => {
    const { order: there } = await to.addOnce(order)
    if (there.id === order.id && there.version === order.version && there.status === order.status) target++
  })
  return [{ what: 'orders', source, target }]
}

async function* everyOrder(store: OrderStore): AsyncGenerator<Order> {
  let before: string | undefined
  for (;;) {
    const page = await store.listByStatus(undefined, { limit: PAGE, before })
    if (page.length === 0) return
    yield* page
    before = page.at(-1)!.id
  }
}
