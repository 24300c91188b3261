/** Copies orders with their schedules, so that the settler of the target continues where the source stopped. */
import type { OrderStore } from '@shop/order_service/domain/ports'
import type { StoredOrder } from '@shop/order_service/domain/schedule'
import { ORDER_INDEXES } from '@shop/order_service/storage/mongo_order_store'
import { MONGO_DATABASE } from '@shop/order_service/storage/open_mongo'
import { MIGRATIONS } from '@shop/order_service/storage/sqlite_migrations'
import type { Setting } from '@shop/service_kit/mongo/setup'
import { openMongo } from '@shop/service_kit/mongo/store'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { inspectSqlite } from '../sqlite_inspection.ts'
import type { Copied, Progress } from './progress.ts'

const PAGE = 500

export async function copyOrders(from: OrderStore, to: OrderStore, progress: Progress): Promise<Copied[]> {
  let target = 0
  const source = await progress.each('orders', everyOrder(from), async (stored) => {
    const {
      stored: { order: there },
    } = await to.addOnce(stored)
    const { order } = stored
    if (there.id === order.id && there.version === order.version && there.status === order.status) target++
  })
  return [{ what: 'orders', source, target }]
}

/** The target gets the creation time of the source, which `npm run doctor` compares with its orders (doctor/consistency.ts). */
export async function copyStoreAge(path: string, url: string): Promise<void> {
  const inspection = inspectSqlite(path, MIGRATIONS)
  const madeAt = new Date((inspection.state === 'readable' && inspection.madeAt) || 0)
  const store = await openMongo({
    runtime: systemRuntime,
    url,
    database: MONGO_DATABASE,
    service: 'order_service',
    indexes: ORDER_INDEXES,
  })
  try {
    const settings = store.collection<Setting>('settings')
    await store.repeat(() => settings.updateOne({ _id: 'service' }, { $set: { madeAt } }))
  } finally {
    await store.close()
  }
}

async function* everyOrder(store: OrderStore): AsyncGenerator<StoredOrder> {
  let before: string | undefined
  for (;;) {
    const page = await store.listByStatus(undefined, { limit: PAGE, before })
    if (page.length === 0) return
    yield* page
    before = page.at(-1)!.order.id
  }
}
