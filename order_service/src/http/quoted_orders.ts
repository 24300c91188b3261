/** The wish for an order that was quoted. */
import { invalidField } from '@shop/service_kit/runtime/problem'
import type { Static } from '@shop/service_kit/runtime/schema_types'
import { type Buyer, isAt, type PaymentMethod } from '../domain/checkout.ts'
import type { OpenedQuote } from '../domain/checkout_ports.ts'
import { DomainError } from '../domain/errors.ts'
import { normalEmail } from '../domain/guests.ts'
import type { Draft } from '../domain/order.ts'
import { checkoutOf, priced } from '../domain/quote.ts'
import type { QuoteFacts } from '../domain/quote_facts.ts'
import { addressOf } from './addresses.ts'
import type { PaymentRules } from './payment_rules.ts'
import type { Quoted } from './place_order_schemas.ts'

/** Fails with `validation_failed`. */
export function buyerOf(body: Static<typeof Quoted>, rules: PaymentRules, guest: boolean): Buyer {
  const { email, language = 'en', address, billing_address = null, payment_method } = body
  return {
    email: normalEmail(email),
    language,
    address: addressOf('/address', address),
    billingAddress: billing_address === null ? null : addressOf('/billing_address', billing_address),
    payment: paymentBy(payment_method, rules),
    guest,
  }
}

function paymentBy(method: PaymentMethod | undefined, { payments, methods }: PaymentRules): Buyer['payment'] {
  if (payments === 'off') return null
  if (method === undefined) throw invalidField('/payment_method', `must be one of ${methods.join(', ')}`)
  return { method }
}

/** One that is not offered any more still finds the order that its key has made: see `refusal` of placeOrder. */
export function refusalOfMethod({ checkout }: Draft, { methods }: PaymentRules): DomainError | undefined {
  const method = checkout?.payment?.method
  if (method === undefined || methods.includes(method)) return undefined
  return new DomainError('payment_method_unavailable', `Choose ${methods.join(' or ')}.`)
}

type Wish = { readonly draft: Draft; readonly refusal?: DomainError }

/**
 * A quote that cannot be ordered any more still finds the order that it made: see `refusal` of placeOrder. Fails with `quote_invalid` or
 * `quote_for_other_address`.
 */
export function orderOfQuote(
  opened: OpenedQuote | undefined,
  buyer: Buyer,
  of: Pick<Draft, 'userId' | 'idempotencyKey'>,
  currency: string,
): Wish {
  if (opened === undefined || opened.facts.currency !== currency) throw invalid()
  const { facts, hash, state } = opened
  if (!isAt(buyer.address, facts.place)) {
    const { country, region } = facts.place
    throw new DomainError(
      'quote_for_other_address',
      `The quote is for ${region === null ? country : `${country}-${region}`}; ask for one for this address.`,
    )
  }
  const lines = facts.lines.map(({ productId, quantity }) => ({ productId, quantity }))
  const { goodsMinor, totalMinor } = pricedOrInvalid(facts)
  // What costs nothing has no payment to wait for.
  const payer = totalMinor === 0 ? { ...buyer, payment: null } : buyer
  const draft = { ...of, lines, totalMinor: goodsMinor, currency, checkout: checkoutOf(facts, hash, payer) }
  if (state === 'unsigned') return { draft, refusal: invalid() }
  // A release that computes otherwise never charges what was not shown.
  if (state === 'expired' || totalMinor !== opened.totalMinor) return { draft, refusal: expired() }
  return { draft }
}

/** A forged quote may have any amounts. */
function pricedOrInvalid(facts: QuoteFacts) {
  try {
    return priced(facts)
  } catch (error) {
    throw error instanceof DomainError ? invalid() : error
  }
}

const invalid = () =>
  new DomainError('quote_invalid', 'This is not a quote of this shop; ask for one with POST /quotes.')
const expired = () => new DomainError('quote_expired', 'Ask for a new quote, and show its total.')
