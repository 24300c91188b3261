/** Amounts that the payment provider can charge. */
import { DomainError } from './errors.ts'
import type { Draft } from './order.ts'

export type CardLimits = {
  readonly leastMinor: number
  readonly mostMinor: number
  /** Amounts are multiples of it. */
  readonly stepMinor: number
}

/** So that no order waits for a payment that can never be opened. */
export function refusalOfAmount(
  { checkout }: Draft,
  limits: CardLimits | undefined,
): DomainError | undefined {
  if (limits === undefined || checkout?.payment?.method !== 'card') return undefined
  const { totalMinor } = checkout
  const { leastMinor, mostMinor, stepMinor } = limits
  if (totalMinor >= leastMinor && totalMinor <= mostMinor && totalMinor % stepMinor === 0) return undefined
  return new DomainError('amount_not_by_card', 'Choose another way of paying, or order other goods.', {
    leastMinor,
    mostMinor,
  })
}
