/** What the provider says of a payment at one moment. It may be older than what is stored, and nothing gets lost by that (M8). */
import type { Entry, Phase, Place, RefundState } from './payment.ts'

export type Snapshot = Omit<Place, 'opening' | 'sessionExpiresAt'> & {
  readonly phase: Phase
  /** Why it ended. */
  readonly ended?: 'expired' | 'declined' | 'cancelled'
  readonly entries: readonly Entry[]
  readonly captureBefore: string | undefined
  /** Those that were made, by our ids. */
  readonly refunds: readonly MadeRefund[]
}

export type MadeRefund = {
  readonly id: string
  readonly providerId: string
  readonly state: Exclude<RefundState, 'requested'>
}
