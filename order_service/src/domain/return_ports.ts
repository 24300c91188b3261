/** The ports of what follows an order. Each call may be repeated any number of times; each fails with OutcomeUnknown without a usable answer. */
import type { Language } from './checkout_settings.ts'
import type { RequestedLine } from './order.ts'

export type RestockAsked = {
  readonly receiptId: string
  readonly orderId: string
  readonly lines: readonly RequestedLine[]
}

/** product_service. `not_shipped`: it does not know yet that the order was shipped. */
export type Restocking = (asked: RestockAsked) => Promise<'restocked' | 'not_shipped' | 'refused'>

export type RefundAsked = RestockAsked & {
  readonly shipping: boolean
  /** What was given back before as an amount is taken off. */
  readonly setsOff: boolean
  readonly reason: string
  readonly by: string
}

/**
 * payment_service. `refused`: nothing is given back under this id, for good. `unpaid`: nothing was captured yet; `never_paid`: nothing
 * will be. `without_shipping`: nothing is given back yet, and no shipping can be; ask again without it.
 */
export type Refunding = (
  asked: RefundAsked,
) => Promise<
  | { readonly state: 'done' | 'pending'; readonly amountMinor: number; readonly setOffMinor: number }
  | { readonly state: 'refused'; readonly code: string }
  | { readonly state: 'unpaid' }
  | { readonly state: 'never_paid' }
  | { readonly state: 'without_shipping' }
>

export type WithdrawalReceipt = {
  readonly withdrawalId: string
  readonly to: string
  readonly language: Language
  readonly name: string
  readonly orderNumber: string
  readonly goods: string | undefined
  readonly receivedAt: string
}

/** notification_service: accepted, or refused for good. */
export type Receipts = (receipt: WithdrawalReceipt) => Promise<'accepted' | 'refused'>
