/** One work of the ledger: what it reads, what it decides, what that changes. */
import type { AuditEntry } from '@shop/service_kit/audit/entry'
import type { Movement, Product } from '../domain/product.ts'
import type { Reservation } from '../domain/reservation.ts'
import type { Attempt } from './mongo_documents.ts'

/** The ids that a decision reads. The products of held reservations are loaded too. */
export type ReadSet = {
  readonly productIds?: readonly string[]
  readonly orderIds?: readonly string[]
  readonly attemptIds?: readonly string[]
}

export type State = {
  readonly products: Map<string, Product>
  readonly reservations: Map<string, Reservation>
  readonly attempts: Map<string, Attempt>
}

/** The changes of a decision: `products` and `reservations` as they are afterwards. */
export type Effects = {
  readonly products?: readonly Product[]
  readonly movements?: readonly Movement[]
  readonly reservations?: readonly Reservation[]
  readonly attempts?: readonly Attempt[]
  /** Entries of the audit log: only of what admins and the operator change. */
  readonly entries?: readonly AuditEntry[]
}

export type Work<Answer> = {
  readonly reads: ReadSet
  /** Pure, because it may run again. An error refuses only this work. */
  decide(state: State): Effects & { readonly answer: Answer }
}

export type Ledger = <Answer>(work: Work<Answer>) => Promise<Answer>
