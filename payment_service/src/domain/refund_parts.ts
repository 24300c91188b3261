/**
 * What is given back for lines and shipping.
 *
 * Invariants
 *  A line gives back exactly its gross once all of its units are given back, in whatever steps, whatever fails between them.
 *  What was given back as an amount is set off at most once, against what these parts cost: with `setsOff` goods that came back bring no
 *  more than they cost less that amount.
 */
import {
  type Bill,
  type Billed,
  type LineState,
  lineStates,
  type Parts,
  type RefundedLine,
  shippingRefunded,
  sumOfParts,
} from './bill.ts'
import { DomainError } from './errors.ts'

export type WantedParts = {
  /** No two of the same product. */
  readonly lines: readonly { readonly productId: string; readonly quantity: number }[]
  readonly shipping: boolean
  /** What was given back as amounts is taken off. */
  readonly setsOff: boolean
}

/** What these parts cost now, and what of it was given back before: of `asAmountMinor`. Fails with `lines_unknown` or `refund_exceeds_bought`. */
export function pricedParts(payment: Billed, wanted: WantedParts, asAmountMinor: number): Parts {
  const parts = costOf(payment, wanted)
  return { ...parts, setOffMinor: wanted.setsOff ? Math.min(sumOfParts(parts), asAmountMinor) : undefined }
}

function costOf(payment: Billed, wanted: WantedParts): Omit<Parts, 'setOffMinor'> {
  const { bill } = payment
  if (bill === undefined)
    throw new DomainError('lines_unknown', 'The lines of this payment are not known; refund an amount.')
  const states = lineStates(payment)
  const lines = wanted.lines.map(({ productId, quantity }): RefundedLine => {
    const line = states.find((each) => each.productId === productId)
    const left = line === undefined ? 0 : line.quantity - line.refundedQuantity
    if (line === undefined || quantity > left)
      throw new DomainError('refund_exceeds_bought', `Of ${productId} ${left} can be refunded.`, {
        productId,
        leftQuantity: left,
      })
    return { productId, quantity, amountMinor: priceOf(line, quantity) }
  })
  if (!wanted.shipping) return { lines, shippingMinor: 0 }
  if (bill.shippingMinor > 0 && shippingRefunded(payment) > 0)
    throw new DomainError('refund_exceeds_bought', 'The shipping was refunded before.', {
      productId: null,
      leftQuantity: 0,
    })
  return { lines, shippingMinor: bill.shippingMinor }
}

/**
 * The share of the units given back until now, less what was given back for them: so the last unit brings what is left of the line. Where
 * a refund between them has failed, more than that share may have been given back.
 */
function priceOf(
  { quantity, grossMinor, refundedQuantity, refundedMinor }: LineState,
  units: number,
): number {
  const share = (BigInt(grossMinor) * BigInt(refundedQuantity + units)) / BigInt(quantity)
  return Math.max(0, Number(share) - refundedMinor)
}

/** The same request: `made` is what was made of it. */
export function isForSameParts(bill: Bill | undefined, made: Parts, wanted: WantedParts): boolean {
  const hasShipping = wanted.shipping && (bill?.shippingMinor ?? 0) > 0
  return (
    made.shippingMinor > 0 === hasShipping &&
    (made.setOffMinor !== undefined) === wanted.setsOff &&
    made.lines.length === wanted.lines.length &&
    wanted.lines.every(({ productId, quantity }) =>
      made.lines.some((line) => line.productId === productId && line.quantity === quantity),
    )
  )
}
