/**
 * Payments for their owners, for who has the token of a guest's order, and for admins. Who may not see one gets the same answer as if
 * there were none (invariant 10).
 */
import type { App } from '@shop/service_kit/http/app_types'
import { bearerToken, type Principal, principalOf, type VerifyToken } from '@shop/service_kit/identity/access'
import { ORDER_TOKEN_HEADER, type OrderTokens } from '@shop/service_kit/identity/order_tokens'
import { parseMoney } from '@shop/service_kit/money/money'
import { invalidField } from '@shop/service_kit/runtime/problem'
import type { FastifyRequest } from 'fastify'
import type { Drive } from '../domain/drive.ts'
import { DomainError } from '../domain/errors.ts'
import type { Payment } from '../domain/payment.ts'
import type { OwnerOf, Ports } from '../domain/ports.ts'
import { payByHand, payRefundByHand, refundPayment, requirePayment } from '../domain/requests.ts'
import {
  getPaymentOperation,
  refundPaymentOperation,
  setPaidOperation,
  setRefundPaidOperation,
} from './payment_schemas.ts'
import { paymentView, refundView } from './payment_views.ts'
import { wantedParts } from './refund_inputs.ts'

export type PaymentRoutesDeps = {
  readonly ports: Ports
  readonly drive: Drive
  readonly verifyToken: VerifyToken
  readonly orderTokens: OrderTokens
  readonly ownerOf: OwnerOf
  /** Digits after the point of the currency. */
  readonly digits: () => number
}

export function paymentRoutes(deps: PaymentRoutesDeps) {
  const { ports, drive, verifyToken, orderTokens, ownerOf, digits } = deps
  return async (app: App) => {
    app.get('/payments/:order_id', getPaymentOperation, async (request) => {
      const reader = await readerOf(request)
      const { payment } = await requirePayment(ports, request.params.order_id)
      if (!(await maySee(payment, reader, request.headers[ORDER_TOKEN_HEADER])))
        throw new DomainError('payment_not_found', 'There is no payment for this order.')
      return paymentView(payment, digits())
    })

    app.post('/payments/:order_id/refunds', refundPaymentOperation, async (request, reply) => {
      const { userId: by } = principalOf(request)
      const { amount, reason, by_hand: byHand = false } = request.body
      const parts = wantedParts(request.body, amount !== undefined, '/amount')
      const key = request.headers['idempotency-key']
      if (key === undefined)
        throw new DomainError(
          'idempotency_key_missing',
          'Send an Idempotency-Key, such as a UUID, for each refund.',
        )
      const amountMinor = amount === undefined ? undefined : parseMoney(amount, digits())
      if (amount !== undefined && !amountMinor)
        throw invalidField('/amount', `must be more than 0, with at most ${digits()} digits after the point`)
      const { payment, refund, replayed } = await refundPayment(ports, drive, request.params.order_id, {
        ...{ amountMinor, parts, byHand, reason, key, by },
      })
      if (replayed) reply.header('idempotent-replayed', 'true')
      reply.code(201)
      return { refund: refundView(refund, digits()), payment: paymentView(payment, digits()) }
    })

    app.post('/payments/:order_id/paid', setPaidOperation, async (request) => {
      const { userId } = principalOf(request)
      return paymentView(await payByHand(ports, drive, request.params.order_id, userId), digits())
    })

    app.post('/payments/:order_id/refunds/:refund_id/paid', setRefundPaidOperation, async (request) => {
      const { userId } = principalOf(request)
      const { order_id: orderId, refund_id: refundId } = request.params
      return paymentView(await payRefundByHand(ports, drive, orderId, refundId, userId), digits())
    })
  }

  /** Undefined for who sends the token of an order instead. */
  async function readerOf({ headers }: FastifyRequest): Promise<Principal | undefined> {
    if (headers.authorization === undefined && headers[ORDER_TOKEN_HEADER] !== undefined) return undefined
    return verifyToken(bearerToken({ headers } as FastifyRequest))
  }

  async function maySee(payment: Payment, reader: Principal | undefined, token: unknown): Promise<boolean> {
    const { orderId, userId } = payment
    const isOfGuest = payment.orderTokenHash !== undefined
    if (isOfGuest && typeof token === 'string' && orderTokens.isOf(orderId, token)) return true
    if (reader === undefined) return false
    if (reader.role === 'admin' || userId === reader.userId) return true
    // It may have been added to an account since: order_service says so.
    return isOfGuest && reader.role === 'customer' && (await ownerOf(orderId)) === reader.userId
  }
}
