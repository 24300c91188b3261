/** The stores of order_service and product_service, read from MongoDB without asking the services. */
import { MongoClient } from 'mongodb'
import type { StoreRecords } from '../system/invariants.ts'

// biome-ignore lint/suspicious/noExplicitAny: documents as they are stored; the invariants check them.
type Stored = Record<string, any>

const DATABASES = { products: 'shop_products', orders: 'shop_orders' }

export async function readMongoRecords(url: string, databases = DATABASES): Promise<StoreRecords> {
  const client = new MongoClient(url, { readConcernLevel: 'majority' })
  try {
    const all = (database: string, name: string): Promise<Stored[]> =>
      client.db(database).collection<Stored>(name).find().sort({ _id: 1 }).toArray()
    const [products, movements, reservations, orders] = await Promise.all([
      all(databases.products, 'products'),
      all(databases.products, 'movements'),
      all(databases.products, 'reservations'),
      all(databases.orders, 'orders'),
    ])
    const linesOf = (lines: Stored[]) =>
      lines.map(({ productId, quantity, unitPriceMinor = null }) => ({ productId, quantity, unitPriceMinor }))
    return {
      products: products.map(({ _id, stock, reserved, version, editVersion, priceMinor }) => ({
        ...{ id: _id, stock, reserved, version, editVersion, priceMinor },
      })),
      movements: movements.map(({ productId, version, delta, stockAfter, orderId = null, reason, by }) => ({
        ...{ productId, version, delta, stockAfter, orderId },
        ...(reason === 'adjustment' && by === null ? { opening: true } : {}),
      })),
      reservations: reservations.map(({ _id, status, lines }) => ({
        orderId: _id,
        status,
        lines: linesOf(lines),
      })),
      orders: orders.map(({ _id, userId, idempotencyKey, status, version, totalMinor, lines, history }) => ({
        ...{ id: _id, userId, key: idempotencyKey ?? null, status, version, totalMinor },
        lines: linesOf(lines),
        history: history.map((entry: Stored) => entry.status),
      })),
    }
  } finally {
    await client.close()
  }
}
