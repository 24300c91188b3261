/** One process of the product service. It decides nothing itself: its store applies the domain in one transaction. */
import type { Adjustment } from '../../product_service/src/domain/ports.ts'
import type {
  Movement,
  Product,
  ProductFields,
  SeenVersions,
} from '../../product_service/src/domain/product.ts'
import type { LostReservation, NotRecovered } from '../../product_service/src/domain/recovering.ts'
import type { Reservation, ReservationRequest } from '../../product_service/src/domain/reservation.ts'
import type { Machine } from '../core/machine.ts'
import type { ProductStore } from './stock_model.ts'
import type { Asynchronous } from './store_access.ts'

export type ProductReplica = {
  reserve(request: ReservationRequest): Promise<Reservation>
  release(orderId: string): Promise<Reservation>
  ship(orderId: string): Promise<Reservation | undefined>
  recover(lost: LostReservation): Promise<Reservation | NotRecovered>
  read(id: string): Promise<Product | undefined>
  edit(id: string, fields: Partial<ProductFields>, seen: SeenVersions, by: string): Promise<Product>
  remove(id: string, seen: SeenVersions, by: string): Promise<void>
  adjust(adjustment: Adjustment, by: string): Promise<{ movement: Movement; replayed: boolean }>
}

export function startProductReplica(machine: Machine, store: Asynchronous<ProductStore>): ProductReplica {
  const at = () => machine.runtime.now().toISOString()
  return {
    reserve: async (request) => (await store.reserve([request], at()))[0]!,
    release: async (orderId) => (await store.release([orderId], at()))[0]!,
    ship: async (orderId) => (await store.ship([orderId], at()))[0],
    recover: async (lost) => (await store.recover([lost], at()))[0]!,
    read: (id) => store.find(id),
    edit: (id, fields, seen, by) => store.edit(id, fields, seen, { by, at: at() }),
    remove: (id, seen, by) => store.remove(id, seen, { by, at: at() }),
    adjust: (adjustment, by) => store.adjust(adjustment, { by, at: at() }),
  }
}
