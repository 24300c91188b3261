/** Old movements, attempts and reservations on MongoDB (domain/compaction.ts, domain/ports.ts). */
import { isDeepStrictEqual } from 'node:util'
import { OutcomeUnknown } from '@shop/service_kit/mongo/errors'
import type { ClientSession, Filter, MongoStore } from '@shop/service_kit/mongo/store'
import { isOpeningBalance, openingBalance } from '../domain/compaction.ts'
import type { Retained } from '../domain/ports.ts'
import type { Movement } from '../domain/product.ts'
import type { Reservation } from '../domain/reservation.ts'
import {
  type Attempt,
  collectionsOf,
  movementDocument,
  movementId,
  type Readings,
  type ReservationDocument,
} from './mongo_documents.ts'
import { createOldMovements, untilUnreadable } from './old_movements.ts'

export function createMongoOldMovements(store: MongoStore, reading: Readings): Retained<Movement> {
  const { products, movements, reservations } = collectionsOf(store)

  const range = async (run: readonly Movement[], session: ClientSession) => {
    const { productId } = run[0]!
    const _id = {
      $gte: movementId(productId, run[0]!.version),
      $lte: movementId(productId, run.at(-1)!.version),
    }
    const found = await movements
      .find({ productId, _id }, { session, hint: '_id_' })
      .sort({ _id: 1 })
      .toArray()
    return untilUnreadable(found, reading.movement.one)
  }

  const compact = (run: readonly Movement[]) =>
    store.transact(async (session) => {
      const opening = openingBalance(run)
      const { productId } = opening
      const stored = await range(run, session)
      // By an earlier attempt, whose answer was lost.
      if (isDeepStrictEqual(stored, [opening])) return run.length
      if (!isDeepStrictEqual(stored, run)) return 0
      const ids = run.map(({ version }) => movementId(productId, version))
      const others = { productId, _id: { $in: ids.slice(0, -1) } }
      const { _id, ...fields } = movementDocument(opening)
      const { deletedCount } = await movements.deleteMany(others, { session })
      const { matchedCount } = await movements.replaceOne(
        { productId, _id, delta: run.at(-1)!.delta },
        fields,
        {
          session,
        },
      )
      if (deletedCount !== run.length - 1 || matchedCount !== 1) throw new OutcomeUnknown()
      if (!isDeepStrictEqual(await range(run, session), [opening])) throw new OutcomeUnknown()
      return run.length
    })

  return createOldMovements<Movement>({
    productAfter: (id) =>
      store.repeat(async () => {
        const next = products.find({ _id: { $gt: id } }).sort({ _id: 1 })
        return (await next.limit(1).project<{ _id: string }>({ _id: 1 }).toArray())[0]?._id
      }),
    movementsAfter: (productId, version, limit) =>
      store.repeat(async () => {
        const _id = { $gt: movementId(productId, version), $lt: `${productId};` }
        const found = movements.find({ productId, _id }, { hint: '_id_' }).sort({ _id: 1 }).limit(limit)
        return untilUnreadable(await found.toArray(), reading.movement.one)
      }),
    holding: (orderIds) =>
      store.repeat(async () => {
        const found = reservations.find({ _id: { $in: [...orderIds] }, status: 'held' })
        return new Set((await found.project<{ _id: string }>({ _id: 1 }).toArray()).map(({ _id }) => _id))
      }),
    compact,
  })
}

/** Attempts whose movement was compacted. */
export function createMongoOldAttempts(store: MongoStore): Retained<Attempt> {
  const { attempts, movements } = collectionsOf(store)
  const idOf = ({ movement: { productId, version } }: Attempt) => movementId(productId, version)
  return {
    kind: 'attempt',
    due: (before, after = '', limit) =>
      store.repeat(async () => {
        const page = await attempts
          .find({ _id: { $gt: after } })
          .sort({ _id: 1 })
          .limit(limit)
          .toArray()
        const old = page.filter(({ movement }) => movement?.at < before)
        const found = await movements.find({ _id: { $in: old.map(idOf) } }).toArray()
        const kept = new Set(found.filter((movement) => !isOpeningBalance(movement)).map(({ _id }) => _id))
        return {
          items: old.filter((attempt) => !kept.has(idOf(attempt))),
          next: page.length < limit ? undefined : page.at(-1)!._id,
        }
      }),
    async remove(old) {
      const ids = old.map(({ _id }) => _id)
      // The key may have been used again since another replica removed it.
      const at = { $lte: latest(old.map(({ movement }) => movement.at)) }
      let removed = 0
      await store.repeat(async () => {
        removed += (await attempts.deleteMany({ _id: { $in: ids }, 'movement.at': at })).deletedCount
      })
      return removed
    },
  }
}

/** Reservations of this status that never held anything. */
export function createMongoOldReservations(
  store: MongoStore,
  reading: Readings,
  status: 'rejected' | 'released',
): Retained<Reservation> {
  const { reservations } = collectionsOf(store)
  // What was released has a total, and stays.
  const empty: Filter<ReservationDocument> = status === 'released' ? { status, totalMinor: null } : { status }
  return {
    kind: 'reservation',
    due: (before, after = ' ', limit) =>
      store.repeat(async () => {
        const [updatedAt = '', orderId = ''] = after.split(' ')
        const behind = [{ updatedAt: { $gt: updatedAt } }, { _id: { $gt: orderId } }]
        const found = await reservations
          .find({ ...empty, updatedAt: { $gte: updatedAt, $lt: before }, $or: behind })
          .hint(`${status}_empty`)
          .sort({ updatedAt: 1, _id: 1 })
          .limit(limit)
          .toArray()
        const last = found.at(-1)
        const items = reading.reservation.many(found)
        return { items, next: found.length < limit ? undefined : `${last!.updatedAt} ${last!._id}` }
      }),
    async remove(old) {
      const ids = old.map(({ orderId }) => orderId)
      // The order may have been released again since another replica removed this.
      const updatedAt = { $lte: latest(old.map((each) => each.updatedAt)) }
      let removed = 0
      await store.repeat(async () => {
        removed += (await reservations.deleteMany({ ...empty, _id: { $in: ids }, updatedAt })).deletedCount
      })
      return removed
    },
  }
}

const latest = (times: readonly string[]): string => times.toSorted().at(-1) ?? ''
