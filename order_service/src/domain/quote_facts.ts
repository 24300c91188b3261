/** What a quote consists of: all that its total follows from. */
import type { AS_GOODS, Place, TaxClass, Texts } from './checkout_settings.ts'

export type QuotedLine = {
  readonly productId: string
  readonly quantity: number
  /** For messages, at most NAME_BYTES_MAX (quote.ts). Absent from quotes of earlier releases. */
  readonly name?: string
  readonly unitPriceMinor: number
  readonly taxClass: TaxClass
  readonly basisPoints: number
}

export type QuotedShipping = {
  readonly method: string
  readonly names: Texts
  readonly priceMinor: number
  /** Of a class of its own; or as the goods. */
  readonly basisPoints: number | typeof AS_GOODS
}

/** All that a total follows from. */
export type QuoteFacts = {
  readonly currency: string
  readonly pricesIncludeTax: boolean
  readonly place: Place
  readonly lines: readonly QuotedLine[]
  readonly shipping: QuotedShipping | undefined
}
