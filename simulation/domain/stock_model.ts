/**
 * The store of products, stock and reservations as its ports promise it (product_service/src/domain/ports.ts): each method is
 * one transaction, which the real domain functions decide. Every write is kept, so that an oracle can check it.
 */
import {
  adjustStock,
  editProduct,
  newProduct,
  removeProduct,
} from '../../product_service/src/domain/change_product.ts'
import { DomainError } from '../../product_service/src/domain/errors.ts'
import type { Catalogue, Stock } from '../../product_service/src/domain/ports.ts'
import type {
  AuditStamp,
  Movement,
  Product,
  ProductFields,
  SeenVersions,
} from '../../product_service/src/domain/product.ts'
import { recoverReservations } from '../../product_service/src/domain/recovering.ts'
import type { Reservation, ReservationRequest } from '../../product_service/src/domain/reservation.ts'
import type { Decision } from '../../product_service/src/domain/reservation_draft.ts'
import {
  decideReservations,
  releaseReservations,
  shipReservations,
} from '../../product_service/src/domain/reserving.ts'
import type { Synchronous } from './store_access.ts'

/** What one transaction did. */
export type StockWrite = {
  readonly products: readonly { readonly before: Product | undefined; readonly after: Product }[]
  readonly movements: readonly Movement[]
  readonly reservations: readonly { readonly before: Reservation | undefined; readonly after: Reservation }[]
  /** What an admin asked for. */
  readonly edit?: { readonly fields: Partial<ProductFields>; readonly seen: SeenVersions } | undefined
  /** What orders asked for. */
  readonly requests?: readonly ReservationRequest[] | undefined
  /** Orders whose reservation was recorded before, when they asked again. */
  readonly recorded: readonly {
    readonly asked: 'hold' | 'release' | 'ship'
    readonly reservation: Reservation
  }[]
}

type CatalogueStore = Synchronous<Pick<Catalogue, 'create' | 'find' | 'edit' | 'remove'>>
type StockStore = Synchronous<Omit<Stock, 'movements' | 'restock'>>
export type ProductStore = CatalogueStore & StockStore

export type StockModel = {
  readonly store: ProductStore
  /** Removed ones, too. */
  readonly products: ReadonlyMap<string, Product>
  readonly reservations: ReadonlyMap<string, Reservation>
  /** All writes, in their order. */
  readonly writes: readonly StockWrite[]
}

export function createStockModel(): StockModel {
  const products = new Map<string, Product>()
  const reservations = new Map<string, Reservation>()
  const attempts = new Map<string, { readonly movement: Movement; readonly fingerprint: string }>()
  const writes: StockWrite[] = []

  const commit = (
    changed: readonly Product[],
    movements: readonly (Movement | undefined)[],
    more: Partial<StockWrite> = {},
  ) => {
    writes.push({
      products: changed.map((after) => ({ before: products.get(after.id), after })),
      movements: movements.filter((movement) => movement !== undefined),
      reservations: [],
      recorded: [],
      ...more,
    })
    for (const product of changed) products.set(product.id, product)
  }

  const apply = <Answer>(
    asked: 'hold' | 'release' | 'ship',
    orderIds: readonly string[],
    decision: Decision<Answer>,
    requests?: readonly ReservationRequest[],
  ): readonly Answer[] => {
    const recorded = orderIds.flatMap((id) => {
      const reservation = reservations.get(id)
      return reservation ? [{ asked, reservation }] : []
    })
    const decided = decision.reservations.map((after) => ({ before: reservations.get(after.orderId), after }))
    commit(decision.products, decision.movements, { reservations: decided, recorded, requests })
    for (const { after } of decided) reservations.set(after.orderId, after)
    return decision.answers
  }

  const onSale = (id: string): Product => {
    const product = products.get(id)
    if (product?.deletedAt !== null) throw new DomainError('product_not_found', 'There is no such product.')
    return product
  }

  const store: ProductStore = {
    create({ id, fields }, stamp) {
      const { product, movement } = newProduct(id, fields, stamp)
      commit([product], [movement])
      return product
    },
    find(id) {
      const product = products.get(id)
      return product?.deletedAt === null ? product : undefined
    },
    edit(id, fields, seen, stamp) {
      const before = onSale(id)
      const { product, movement } = editProduct(before, fields, seen, stamp)
      if (product !== before) commit([product], [movement], { edit: { fields, seen } })
      return product
    },
    remove(id, seen, stamp) {
      commit([removeProduct(onSale(id), seen, stamp)], [], { edit: { fields: {}, seen } })
    },
    adjust({ productId, delta, note, attempt }, stamp: AuditStamp) {
      const key = attempt && `${stamp.by} ${attempt.key}`
      const known = key === undefined ? undefined : attempts.get(key)
      if (known) {
        if (known.fingerprint !== attempt?.fingerprint)
          throw new DomainError('idempotency_key_reused', 'This key was used for another adjustment.')
        return { movement: known.movement, replayed: true }
      }
      const { product, movement } = adjustStock(onSale(productId), { delta, note }, stamp)
      commit([product], [movement])
      if (key !== undefined) attempts.set(key, { movement, fingerprint: attempt!.fingerprint })
      return { movement, replayed: false }
    },
    reserve: (requests: readonly ReservationRequest[], at) =>
      apply(
        'hold',
        requests.map(({ orderId }) => orderId),
        decideReservations(products, reservations, requests, at, () => false),
        requests,
      ),
    release: (orderIds, at) =>
      apply('release', orderIds, releaseReservations(products, reservations, orderIds, at)),
    ship: (orderIds, at) => apply('ship', orderIds, shipReservations(products, reservations, orderIds, at)),
    recover: (lost, at) =>
      apply(
        'hold',
        lost.map(({ orderId }) => orderId),
        recoverReservations(products, reservations, lost, at),
      ),
  }
  return { store, products, reservations, writes }
}
