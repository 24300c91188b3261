/** What the stores of a shop on MongoDB have, from their documents. */
import type { StoreRecords } from '../../tests/system/invariants.ts'
import type { Fields } from '../mongo/documents/values.ts'
import type { ChangeRecords, Entry } from './changes.ts'

/** All documents of a namespace. */
type All = (namespace: string) => Fields[]

// biome-ignore lint/suspicious/noExplicitAny: the documents of our own adapters.
const documentsOf = (all: All) => (namespace: string) => all(namespace) as any[]
type Documents = ReturnType<typeof documentsOf>

/** In the order of their versions, product by product. */
const movementsOf = (documents: Documents): ChangeRecords['movements'] =>
  documents('shop_products.movements')
    .sort((a, b) => (a.productId < b.productId ? -1 : a.productId > b.productId ? 1 : a.version - b.version))
    .map(({ productId, version, delta, stockAfter, orderId, reason, note, by }) => ({
      ...{ productId, version, delta, stockAfter, orderId: orderId ?? null },
      ...{ reason, note: note ?? null, by: by ?? null },
    }))

export function recordsOf(all: All): StoreRecords {
  const documents = documentsOf(all)
  const linesOf = (lines: StoreRecords['reservations'][number]['lines']) =>
    lines.map(({ productId, quantity, unitPriceMinor = null }) => ({ productId, quantity, unitPriceMinor }))
  return {
    products: documents('shop_products.products').map(
      ({ _id, stock, reserved, version, editVersion, priceMinor }) => ({
        ...{ id: _id, stock, reserved, version, editVersion, priceMinor },
      }),
    ),
    movements: movementsOf(documents),
    reservations: documents('shop_products.reservations').map(({ _id, status, lines }) => ({
      orderId: _id,
      status,
      lines: linesOf(lines ?? []),
    })),
    orders: documents('shop_orders.orders').map(
      ({ _id, userId, idempotencyKey, status, version, totalMinor, lines, history }) => ({
        ...{ id: _id, userId, key: idempotencyKey ?? null, status, version, totalMinor },
        lines: linesOf(lines),
        history: history.map((entry: { status: string }) => entry.status),
      }),
    ),
  }
}

export function changesOf(all: All): ChangeRecords {
  const documents = documentsOf(all)
  const entriesOf = (service: string) =>
    documents(`shop_${service}.audit_log`).map(
      ({ _id: id, by, action, subjectId, changes }): Entry => ({ id, by, action, subjectId, changes }),
    )
  return {
    entries: {
      accounts: entriesOf('auth'),
      products: entriesOf('products'),
      orders: entriesOf('orders'),
    },
    accounts: documents('shop_auth.users').map(({ _id, role, roleChanges = 0 }) => ({
      ...{ id: _id, role, roleChanges },
    })),
    products: documents('shop_products.products').map(
      ({ _id, stock, priceMinor, editVersion, deletedAt }) => ({
        ...{ id: _id, stock, priceMinor, editVersion, removed: deletedAt !== undefined },
      }),
    ),
    movements: movementsOf(documents),
    orders: documents('shop_orders.orders').map(({ _id, userId, history }) => ({
      ...{ id: _id, userId, history },
    })),
  }
}
