/** What an order consists of, and what refunds by lines take of it. */
export type BoughtLine = {
  readonly productId: string
  readonly quantity: number
  readonly grossMinor: number
}

/** Together the amount of the payment. No two lines are of the same product. */
export type Bill = { readonly lines: readonly BoughtLine[]; readonly shippingMinor: number }

export type RefundedLine = {
  readonly productId: string
  readonly quantity: number
  readonly amountMinor: number
}

/** What a refund is for. Shipping is given back as a whole. */
export type Parts = {
  readonly lines: readonly RefundedLine[]
  readonly shippingMinor: number
  /** What was given back before as an amount, and counts as given back for these parts. Undefined if none was to be counted. */
  readonly setOffMinor: number | undefined
}

/** The parts of a payment that this is about. `parts` of a refund are undefined if it is of an amount alone. */
export type Billed = {
  readonly bill: Bill | undefined
  readonly refunds: readonly { readonly state: string; readonly parts: Parts | undefined }[]
}

/** What these parts cost. */
export const sumOfParts = ({ lines, shippingMinor }: Pick<Parts, 'lines' | 'shippingMinor'>): number =>
  lines.reduce((sum, { amountMinor }) => sum + amountMinor, shippingMinor)

/** What is given back now. */
export const amountOfParts = (parts: Parts): number => sumOfParts(parts) - (parts.setOffMinor ?? 0)

export const isWholeBill = ({ lines, shippingMinor }: Bill, amountMinor: number): boolean =>
  lines.reduce((sum, { grossMinor }) => sum + grossMinor, shippingMinor) === amountMinor

const partsOf = ({ refunds }: Billed): readonly Parts[] =>
  refunds.flatMap(({ state, parts }) => (state === 'failed' || parts === undefined ? [] : [parts]))

export type LineState = BoughtLine & { readonly refundedQuantity: number; readonly refundedMinor: number }

/** Each line with what refunds by lines take of it. None if they are not known. */
export function lineStates(payment: Billed): readonly LineState[] {
  const taken = partsOf(payment).flatMap(({ lines }) => lines)
  return (payment.bill?.lines ?? []).map((line) => {
    const ofLine = taken.filter(({ productId }) => productId === line.productId)
    return {
      ...line,
      refundedQuantity: ofLine.reduce((sum, { quantity }) => sum + quantity, 0),
      refundedMinor: ofLine.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    }
  })
}

export const setOff = (payment: Billed): number =>
  partsOf(payment).reduce((sum, { setOffMinor = 0 }) => sum + setOffMinor, 0)

export const shippingRefunded = (payment: Billed): number =>
  partsOf(payment).reduce((sum, { shippingMinor }) => sum + shippingMinor, 0)
