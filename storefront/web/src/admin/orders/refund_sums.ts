/** What lines and shipping bring back, as payment_service computes it (refund_parts.ts there). Amounts are decimal strings. */
import type { Payment } from '../../checkout/checkout_queries.ts'
import { amountOf, digitsOf, minorOf } from '../../ui/money_math.ts'

type Line = Payment['lines'][number]

export const unitsLeft = ({ quantity, refunded_quantity }: Line): number => quantity - refunded_quantity

export const shippingLeft = ({ shipping: { gross, refunded } }: Payment): boolean =>
  Number(gross) > 0 && Number(refunded) === 0

/** The share of all units given back then, less what was given back before. */
function priceOf({ quantity, gross, refunded_quantity, refunded }: Line, units: number): bigint {
  const digits = digitsOf(gross)
  const share = (minorOf(gross, digits) * BigInt(refunded_quantity + units)) / BigInt(quantity)
  const more = share - minorOf(refunded, digits)
  return more < 0n ? 0n : more
}

/** `units` by product. */
export function sumOfParts(
  { lines, shipping, amount }: Pick<Payment, 'lines' | 'shipping' | 'amount'>,
  units: ReadonlyMap<string, number>,
  withShipping: boolean,
): string {
  const digits = digitsOf(amount)
  const goods = lines.reduce((sum, line) => sum + priceOf(line, units.get(line.product_id) ?? 0), 0n)
  return amountOf(goods + (withShipping ? minorOf(shipping.gross, digits) : 0n), digits)
}
