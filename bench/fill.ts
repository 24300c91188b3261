/** Fills stores through their ports, so that they contain what the services would have written. */
import { randomUUIDv7 } from 'node:crypto'
import { scheduleChanged, scheduleNew } from '@shop/order_service/domain/schedule'
import { confirm, newOrder } from '@shop/order_service/domain/transitions'
import { openStores as openOrders } from '@shop/order_service/storage/open_stores'
import { openStores as openProducts } from '@shop/product_service/storage/open_stores'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'

export const CURRENCY = 'USD'
const PRODUCTS_AT_ONCE = 500
const ORDERS_AT_ONCE = 5_000
const LOG_EVERY = 100_000

export const ORDERS_PER_USER = 100

const ADJECTIVES = 'blue red plain heavy light warm quiet bright round folding'.split(' ')
const MATERIALS = 'oak steel linen wool glass clay cork brass paper stone'.split(' ')
export const THINGS =
  'mug lamp chair table bowl vase clock shelf stool tray basket blanket cushion mirror frame candle hook rug box jar'.split(
    ' ',
  )

const pick = (words: readonly string[], i: number) => words[i % words.length]!
const nameOf = (i: number) =>
  `${pick(ADJECTIVES, i)} ${pick(MATERIALS, Math.floor(i / 10))} ${pick(THINGS, Math.floor(i / 100) + i)} no ${i}`

/** Where a service stores its data: a folder, or a database of MongoDB. */
export type StoreLocation = { readonly DATA_DIR: string; readonly DATABASE_URL?: string | undefined }

/** Adds `count` products, the last one newest; resolves to their ids. */
export async function fillProducts(
  location: StoreLocation,
  count: number,
  { priceMinor, stock }: { priceMinor: number; stock: number },
  log: (what: string) => void,
): Promise<string[]> {
  const stores = await openProducts({ ...location, CURRENCY }, { runtime: systemRuntime })
  const ids: string[] = []
  try {
    while (ids.length < count) {
      const drafts = Array.from({ length: Math.min(PRODUCTS_AT_ONCE, count - ids.length) }, (_, i) => {
        const name = nameOf(ids.length + i)
        const description = `A ${name}, made to be used every day and to be repaired when it breaks.`
        return { id: randomUUIDv7(), fields: { name, description, priceMinor, stock } }
      })
      await stores.catalogue.importProducts(drafts, { by: 'bench', at: new Date().toISOString() })
      for (const { id } of drafts) ids.push(id)
      if (ids.length % (LOG_EVERY / 4) === 0) log(`  ${ids.length} of ${count} products`)
    }
  } finally {
    await stores.close()
  }
  return ids
}

/** Adds `count` confirmed orders, ORDERS_PER_USER for each user, interleaved; resolves to the ids of orders and users. */
export async function fillOrders(
  dataDir: string,
  count: number,
  log: (what: string) => void,
): Promise<{ orderIds: string[]; userIds: string[] }> {
  const { orders, close } = await openOrders({ DATA_DIR: dataDir, CURRENCY }, { runtime: systemRuntime })
  const userIds = Array.from({ length: count / ORDERS_PER_USER }, () => randomUUIDv7())
  const productIds = Array.from({ length: 1_000 }, () => randomUUIDv7())
  const orderIds: string[] = []
  try {
    while (orderIds.length < count) {
      const added = Array.from({ length: Math.min(ORDERS_AT_ONCE, count - orderIds.length) }, (_, i) => {
        const id = randomUUIDv7()
        const n = orderIds.length + i
        const productId = pick(productIds, n)
        const now = new Date()
        const draft = newOrder(
          {
            userId: pick(userIds, n),
            idempotencyKey: id,
            lines: [{ productId, quantity: 1 }],
            totalMinor: 1999,
            currency: CURRENCY,
          },
          id,
          now,
        )
        const lines = [{ productId, quantity: 1, name: nameOf(n), unitPriceMinor: 1999 }]
        const confirmed = { ...confirm(draft, lines, now), version: 2 }
        return scheduleChanged(confirmed, scheduleNew(draft, now).schedule, now)
      })
      await Promise.all(added.map((stored) => orders.addOnce(stored)))
      for (const { order } of added) orderIds.push(order.id)
      if (orderIds.length % LOG_EVERY === 0) log(`  ${orderIds.length} of ${count} orders`)
    }
  } finally {
    await close()
  }
  return { orderIds, userIds }
}
