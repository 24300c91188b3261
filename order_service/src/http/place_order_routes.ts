/**
 * POST /orders: 201 when the stock is held, 202 while the order is pending, a problem when it was rejected. A repeated
 * request with the same key gets the same answer (invariant 4), also when its quote has expired meanwhile.
 */

import { addressPrefix } from '@shop/service_kit/http/addresses'
import type { App } from '@shop/service_kit/http/app_types'
import { type Principal, principalOf } from '@shop/service_kit/identity/access'
import type { OrderTokens } from '@shop/service_kit/identity/order_tokens'
import { formatMoney, MONEY_MINOR_MAX, parseMoney } from '@shop/service_kit/money/money'
import { invalidField, Problem } from '@shop/service_kit/runtime/problem'
import type { FastifyReply, FastifySchemaCompiler } from 'fastify'
import type { RequestPorts } from '../domain/answer_wait.ts'
import { type CardLimits, refusalOfAmount } from '../domain/card_limits.ts'
import type { QuoteSeal } from '../domain/checkout_ports.ts'
import { DomainError } from '../domain/errors.ts'
import { type GuestOrders, refusalOfMailbox } from '../domain/guest_orders.ts'
import {
  type Draft,
  QUANTITY_MAX,
  type Rejected,
  type RequestedLine,
  type Shortage,
} from '../domain/order.ts'
import { type Placed, placeOrder } from '../domain/place_order.ts'
import type { Settle } from '../domain/settle_order.ts'
import { refusalOfUnpaid, refusalOfUnpaidMailbox } from '../domain/unpaid_orders.ts'
import { actorOf, type SignedIn } from './actor.ts'
import { orderTag, orderView } from './order_views.ts'
import type { PaymentRules } from './payment_rules.ts'
import {
  ManyLines,
  type NewOrder,
  OneProduct,
  type PlacedOrderView,
  placeOrderOperation,
  Quoted,
} from './place_order_schemas.ts'
import { buyerOf, orderOfQuote, refusalOfMethod } from './quoted_orders.ts'

/** For a client that got 202; the order's events are faster. */
const RETRY_AFTER_SECONDS = '1'

export type PlaceOrderRoutesDeps = {
  readonly ports: RequestPorts
  readonly settle: Settle
  readonly seal: Pick<QuoteSeal, 'open'>
  readonly guestOrders: GuestOrders
  readonly orderTokens: OrderTokens
  readonly rules: PaymentRules
  readonly cardLimits: () => CardLimits | undefined
  readonly currency: string
  /** Digits after the point of that currency. */
  readonly digits: () => number
}

export function placeOrderRoutes(deps: PlaceOrderRoutesDeps) {
  const { ports, settle, seal, guestOrders, orderTokens, rules, cardLimits, currency, digits } = deps
  return async (app: App) => {
    app.post(
      '/orders',
      { ...placeOrderOperation, validatorCompiler: validateByForm(app) },
      async (request, reply) => {
        const principal = principalOf(request)
        const buyer = actorOf(principal)
        const isGuest = principal.role === 'guest'
        const key = request.headers['idempotency-key']
        const { body } = request
        const of = { userId: buyer.userId, idempotencyKey: key }
        const wish =
          'quote' in body
            ? orderOfQuote(seal.open(body.quote), buyerOf(body, rules, isGuest), of, currency)
            : { draft: draftOf(body, of, currency, digits()), ...unquoted(rules, principal) }
        const client = addressPrefix(request.ip)
        const refusal =
          wish.refusal ??
          refusalOfMethod(wish.draft, rules) ??
          refusalOfAmount(wish.draft, cardLimits()) ??
          (isGuest ? await refusalOfMailbox(ports.orders, wish.draft, ports.now()) : undefined) ??
          (await refusalOfUnpaidOf(wish.draft, isGuest ? client : undefined))
        const placed = await placeOrder(ports, settle, wish.draft, refusal)
        const { order, replayed } = placed
        if (isGuest && !replayed && order.checkout?.payment) guestOrders.placed(client, order.id)
        const view = answer(reply, placed, buyer, digits())
        return isGuest ? { ...view, order_token: orderTokens.of(order.id) } : view
      },
    )
  }

  /** `client` of a guest: ids of guests cost nothing. */
  async function refusalOfUnpaidOf({ userId, checkout }: Draft, client: string | undefined) {
    if (checkout?.payment == null) return undefined
    return client === undefined
      ? refusalOfUnpaid(ports.orders, userId)
      : ((await refusalOfUnpaidMailbox(ports.orders, checkout.email)) ?? (await guestOrders.refusal(client)))
  }
}

/** Fails with `forbidden` for a guest. Where every order is paid, one without a quote still finds the order that its key has made. */
function unquoted({ payments }: PaymentRules, { role }: Principal) {
  if (role === 'guest')
    throw new Problem(
      'forbidden',
      'Without an account an order needs a quote. Ask for one with POST /quotes.',
    )
  return payments === 'required'
    ? { refusal: new DomainError('quote_required', 'Ask for a quote with POST /quotes, and order with it.') }
    : {}
}

function answer(
  reply: FastifyReply,
  { order, replayed }: Placed,
  buyer: SignedIn,
  digits: number,
): PlacedOrderView {
  if (replayed) reply.header('idempotent-replayed', 'true')
  reply.header('location', `/orders/${order.id}`)
  if (order.status === 'rejected') throw rejectionProblem(order)
  reply.header('etag', orderTag(order))
  if (order.status === 'pending') reply.code(202).header('retry-after', RETRY_AFTER_SECONDS)
  else reply.code(201)
  return orderView(order, buyer, digits)
}

/** The rejected order is stored, and is part of the answer. */
function rejectionProblem(order: Rejected): DomainError {
  const { rejection } = order
  switch (rejection.reason) {
    case 'product_not_found': {
      const detail = `Unknown: ${rejection.unknownProducts.join(', ')}.`
      return new DomainError(rejection.reason, detail, { order, rejection })
    }
    case 'insufficient_stock':
      return new DomainError(rejection.reason, shortageSentence(rejection.shortages), { order, rejection })
    case 'price_changed':
      return new DomainError(rejection.reason, 'The lines have another price now.', { order, rejection })
  }
}

const shortageSentence = (shortages: readonly Shortage[]) =>
  shortages
    .map((s) => `Of product ${s.productId} you ordered ${s.requested}, ${s.available} are left.`)
    .join(' ')

/** An unquoted order: lines, and the price that the buyer saw. */
function draftOf(
  body: Exclude<NewOrder, { quote: string }>,
  buyer: Pick<Draft, 'userId' | 'idempotencyKey'>,
  currency: string,
  digits: number,
): Draft {
  const totalMinor = parseMoney(body.total_price, digits)
  if (totalMinor === undefined) {
    const max = `${formatMoney(MONEY_MINOR_MAX, digits)} ${currency}`
    throw invalidField('/total_price', `must be at most ${max} with at most ${digits} digits after the point`)
  }
  const many = 'lines' in body
  return { ...buyer, lines: requestedLines(many ? body.lines : [body], many), totalMinor, currency }
}

/** `many`: they are in `lines`. Fails with `validation_failed` or `duplicate_lines`. */
export function requestedLines(
  given: readonly { product_id: string; quantity: string | number }[],
  many: boolean,
): readonly RequestedLine[] {
  const lines = given.map(({ product_id, quantity }, i) => {
    const units = Number(quantity)
    if (units < 1 || units > QUANTITY_MAX) {
      throw invalidField(many ? `/lines/${i}/quantity` : '/quantity', `must be from 1 to ${QUANTITY_MAX}`)
    }
    return { productId: product_id, quantity: units }
  })
  if (new Set(lines.map((line) => line.productId)).size < lines.length) {
    throw new DomainError('duplicate_lines', 'Name each product once, with the whole quantity.')
  }
  return lines
}

/** Validates a body against the one form it has: with all, each error would be listed for each, mostly wrongly. */
function validateByForm(app: App): FastifySchemaCompiler<unknown> {
  const compile = app.validatorCompiler!
  return (route) => {
    if (route.httpPart !== 'body') return compile(route as never)
    const one = compile({ ...route, schema: OneProduct } as never) as Validator
    const many = compile({ ...route, schema: ManyLines } as never) as Validator
    const quoted = compile({ ...route, schema: Quoted } as never) as Validator
    const validate: Validator = (body) => {
      const has = (field: string) => typeof body === 'object' && body !== null && field in body
      const form = has('quote') ? quoted : has('lines') ? many : one
      const valid = form(body)
      validate.errors = form.errors
      return valid
    }
    return validate as never
  }
}

type Validator = ((body: unknown) => boolean) & { errors?: unknown }
