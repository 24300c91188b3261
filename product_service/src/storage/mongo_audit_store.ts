/**
 * Reads a whole MongoDB store to compare it, in reads of bounded size: a product may have millions of movements.
 *
 * Products and their held reservations are read at one moment (a snapshot session), so concurrent sales do not matter. The
 * version of a product at that moment says which movements it had: those up to this version, whose sum never changes. So these
 * are summed afterwards, in ranges, and the sum is still that of the moment. Old movements may be replaced by an opening
 * balance meanwhile (domain/compaction.ts), and be counted twice or not at all: so a sum that is not the stock counts only
 * if it is found again, the same.
 */
import type { FindCursor, MongoStore, SnapshotOptions, SnapshotRead } from '@shop/service_kit/mongo/store'
import { IGNORE_UNREADABLE } from '@shop/service_kit/storage/unreadable'
import { type Audit, balances, type LedgerMismatch } from '../domain/ports.ts'
import { isHeld } from '../domain/reservation.ts'
import { collectionsOf, movementId, readingsOf } from './mongo_documents.ts'
import type { ProductDocument } from './mongo_product_documents.ts'

/** Documents that one read looks at. */
export const AUDIT_DOCUMENTS_AT_ONCE = 20_000
/** Sums of one product. After that it is left to the next pass. */
const ATTEMPTS_MAX = 3

type Numbers = Pick<ProductDocument, '_id' | 'stock' | 'reserved' | 'version'>

export function createMongoAuditStore(store: MongoStore, atOnce = AUDIT_DOCUMENTS_AT_ONCE): Audit {
  const { products, movements, reservations } = collectionsOf(store)

  const readPage = (after: string, limit: number) =>
    store.snapshot(async (options, read) => {
      const projection = { stock: 1, reserved: 1, version: 1 }
      const page = await read(() =>
        products
          .find<Numbers>({ _id: { $gt: after } }, { ...options, projection })
          .sort({ _id: 1 })
          .limit(limit)
          .toArray(),
      )
      return { page, held: await heldUnits(page, options, read) }
    })

  const heldUnits = async (page: readonly Numbers[], options: SnapshotOptions, read: SnapshotRead) => {
    const units = new Map(page.map(({ _id }) => [_id, 0]))
    const held = reservations
      .find({ status: 'held', 'lines.productId': { $in: [...units.keys()] } }, options)
      .project<{ lines: { productId: string; quantity: number }[] }>({
        'lines.productId': 1,
        'lines.quantity': 1,
      })
      .batchSize(atOnce)
    for await (const batch of batchesOf(held, read)) {
      for (const { productId, quantity } of batch.flatMap(({ lines }) => lines)) {
        const before = units.get(productId)
        if (before !== undefined) units.set(productId, before + quantity)
      }
    }
    return units
  }

  /** The sum of the product's movements with versions above `from`, up to `to`. */
  const sumOf = async (productId: string, from: number, to: number): Promise<number> => {
    const range = { $gt: movementId(productId, from), $lte: movementId(productId, to) }
    const [sum] = await store.repeat(() =>
      movements
        .aggregate<{ units: number }>(
          [{ $match: { productId, _id: range } }, { $group: { _id: null, units: { $sum: '$delta' } } }],
          { hint: '_id_' },
        )
        .toArray(),
    )
    return sum?.units ?? 0
  }

  const sumOnce = async ({ _id, version }: Numbers): Promise<number> => {
    let sum = 0
    for (let from = 0; from < version; from += atOnce) {
      sum += await sumOf(_id, from, Math.min(version, from + atOnce))
    }
    return sum
  }

  /** Undefined if it was another sum each time. */
  const movementsSumOf = async (product: Numbers): Promise<number | undefined> => {
    let before: number | undefined
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const sum = await sumOnce(product)
      if (sum === product.stock || sum === before) return sum
      before = sum
    }
    return undefined
  }

  return {
    async ledgerMismatches(after = '', limit) {
      const { page, held } = await readPage(after, limit)
      const mismatches: LedgerMismatch[] = []
      let checked = 0
      for (const product of page) {
        const { _id: productId, stock, reserved } = product
        const movementsSum = await movementsSumOf(product)
        if (movementsSum === undefined) continue
        checked++
        const found = { productId, stock, movementsSum, reserved, heldUnits: held.get(productId)! }
        if (!balances(found)) mismatches.push(found)
      }
      return { mismatches, checked, next: page.length < limit ? undefined : page.at(-1)?._id }
    },
    reservationsOf: (orderIds) =>
      store.repeat(async () => {
        const found = await reservations.find({ _id: { $in: [...orderIds] } }).toArray()
        const readable = readingsOf(IGNORE_UNREADABLE).reservation.many(found)
        return new Map(readable.map((each) => [each.orderId, each]))
      }),
    heldReservations: (after = '', limit) =>
      store.repeat(async () => {
        const found = await reservations
          .find({ _id: { $gt: after } })
          .sort({ _id: 1 })
          .limit(limit)
          .toArray()
        const unreadable: string[] = []
        const reading = readingsOf(() => (orderId) => unreadable.push(orderId)).reservation
        return {
          reservations: reading.many(found).filter(isHeld),
          unreadable,
          next: found.length < limit ? undefined : found.at(-1)?._id,
        }
      }),
  }
}

async function* batchesOf<T>(cursor: FindCursor<T>, read: SnapshotRead): AsyncGenerator<T[]> {
  try {
    while (await read(() => cursor.hasNext())) yield cursor.readBufferedDocuments()
  } finally {
    await cursor.close()
  }
}
