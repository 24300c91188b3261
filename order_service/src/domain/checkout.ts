/**
 * What an order keeps of its quote and of its buyer: where it goes, what it costs with taxes and shipping, and to whom messages go.
 * An order without a quote has none of it.
 *
 * Invariant: what is stored is what was quoted (`priced` of the facts, quote.ts); the address and the e-mail address are copies, so
 * a later change of an account changes no order.
 */

import type { Language, Place } from './checkout_settings.ts'
import type { QuotedLine, QuotedShipping } from './quote_facts.ts'
import type { Taxed } from './taxes.ts'

/** As on an envelope. `country` and `region` as in ISO 3166-1 and, without the country, ISO 3166-2. */
export type Address = {
  readonly name: string
  readonly organization: string | null
  readonly lines: readonly string[]
  readonly postalCode: string
  readonly city: string
  readonly region: string | null
  readonly country: string
  readonly phone: string | null
}

export const PAYMENT_METHODS = ['card', 'invoice', 'cash'] as const
export type PaymentMethod = (typeof PAYMENT_METHODS)[number]

export type Buyer = {
  /** In the form in which addresses are compared (guests.ts); of earlier releases as it was typed. */
  readonly email: string
  readonly language: Language
  readonly address: Address
  /** null: the same. */
  readonly billingAddress: Address | null
  /** null: payments are off, and the order goes on without money. */
  readonly payment: { readonly method: PaymentMethod } | null
  /** Placed without an account. */
  readonly guest: boolean
}

export type CheckoutLine = Omit<QuotedLine, 'productId' | 'quantity' | 'basisPoints'> & Taxed

export type Checkout = Buyer & {
  /** SHA-256 of the facts of the quote. */
  readonly quoteHash: string
  readonly pricesIncludeTax: boolean
  /** In the order of the lines of the order. */
  readonly lines: readonly CheckoutLine[]
  readonly shipping:
    | (Pick<QuotedShipping, 'method' | 'names' | 'priceMinor'> & { readonly parts: readonly Taxed[] })
    | null
  /** What the buyer pays. */
  readonly totalMinor: number
}

/** Is the address where the quote was made for? Its region counts only where taxes depend on it. */
export const isAt = ({ country, region }: Address, place: Place): boolean =>
  country === place.country && (place.region === null || place.region === region)
