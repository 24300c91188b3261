/** What the payment provider knows of one payment. */

export type MadeRefund = {
  readonly id: string
  readonly providerId: string
  readonly amountMinor: number
  state: 'pending' | 'succeeded' | 'failed'
}

export type Intent = {
  status: 'authorised' | 'captured' | 'cancelled'
  /** Not cancelled by any request: its time was over. */
  lapsed: boolean
  capturedMinor: number
  readonly captureBefore: number
  readonly refunds: Map<string, MadeRefund>
}

/** One page, and what was paid on it. */
export type ProviderPayment = {
  readonly orderId: string
  readonly sessionId: string
  readonly amountMinor: number
  readonly expiresAt: number
  page: 'open' | 'paid' | 'closed'
  intent: Intent | undefined
}
