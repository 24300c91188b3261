/** One piece of work for the ledger: what it needs to see, what it decides, what that changes. */
import type { Movement, Product } from '../domain/product.ts'
import type { Reservation } from '../domain/reservation.ts'
import type { Attempt } from './mongo_documents.ts'

/** Ids of what a decision looks at; of held reservations the products are loaded too. */
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

/** What a decision changes. `products` and `reservations` as they are afterwards. */
export type Effects = {
  readonly products?: readonly Product[]
  readonly movements?: readonly Movement[]
  readonly reservations?: readonly Reservation[]
  readonly attempts?: readonly Attempt[]
}

export type Work<Answer> = {
  readonly reads: ReadSet
  /** Pure, for it may run again. What it throws refuses this work alone. */
  decide(state: State): Effects & { readonly answer: Answer }
}

export type Ledger = <Answer>(work: Work<Answer>) => Promise<Answer>
