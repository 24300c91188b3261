/** The stores of a shop, as a process of each service opens them. */
import type { Stores as AuthStores } from '@shop/auth_service/domain/ports'
import type { Stores as OrderStores } from '@shop/order_service/domain/ports'
import type { Stores as ProductStores } from '@shop/product_service/domain/ports'
import type { Audited } from '@shop/service_kit/audit/entry'
import type { Machine } from '../core/machine.ts'
import type { Books } from './books.ts'

/** Of the releases of a history. */
export type Version = 'present' | 'previous'

export type Opens = {
  auth(machine: Machine): Promise<Audited<AuthStores>>
  products(machine: Machine): Promise<Audited<ProductStores>>
  orders(machine: Machine): Promise<Audited<OrderStores>>
}

export type Deployment = {
  /** As the processes of that release open them. */
  readonly stores: Readonly<Record<Version, Opens>>
  readonly books: Books
  /** Everything of it works again. */
  repair(): void
  /** At the end of a history, at once. */
  close(): void
}
