/** The ports of the checkout. */
import type { Author } from './audit.ts'
import type { CheckoutSettings, StoredCheckoutSettings } from './checkout_settings.ts'
import type { Offer } from './quote.ts'
import type { QuoteFacts } from './quote_facts.ts'

/** Every adapter passes test/checkout_settings_contract.ts. */
export type CheckoutSettingsStore = {
  read(): Promise<StoredCheckoutSettings>
  /** Applies changeSettings. Resolves what is stored after a durable commit. */
  change(
    settings: CheckoutSettings,
    seen: readonly number[] | undefined,
    stamp: { readonly by: Author; readonly at: string },
  ): Promise<StoredCheckoutSettings>
}

export type Offers = {
  /** Of those that are on sale. Fails with `products_unavailable` when product_service gives no usable answer in time. */
  of(productIds: readonly string[]): Promise<ReadonlyMap<string, Offer>>
}

export type SealedQuote = { readonly token: string; readonly hash: string }

export type OpenedQuote = {
  readonly facts: QuoteFacts
  readonly hash: string
  /** The total that was shown. */
  readonly totalMinor: number
  /** Only a `valid` one makes an order. Another one still finds the order that it made before. */
  readonly state: 'valid' | 'expired' | 'unsigned'
}

/** Quotes are not stored: the buyer keeps them, and a signature shows that they are ours. */
export type QuoteSeal = {
  seal(facts: QuoteFacts, totalMinor: number, expiresAt: Date): SealedQuote
  /** Undefined for what is no quote at all. */
  open(token: string): OpenedQuote | undefined
}
