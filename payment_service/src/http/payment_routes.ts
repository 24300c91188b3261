/** Payments for their owners and for admins. Who may not see one gets the same answer as if there were none (invariant 10). */
import { timingSafeEqual } from 'node:crypto'
import type { App } from '@shop/service_kit/http/app_types'
import { bearerToken, principalOf, type VerifyToken } from '@shop/service_kit/identity/access'
import { parseMoney } from '@shop/service_kit/money/money'
import { invalidField } from '@shop/service_kit/runtime/problem'
import type { FastifyRequest } from 'fastify'
import type { Drive } from '../domain/drive.ts'
import { DomainError } from '../domain/errors.ts'
import type { Payment } from '../domain/payment.ts'
import type { Ports } from '../domain/ports.ts'
import { payByHand, refundPayment, requirePayment } from '../domain/requests.ts'
import { tokenHash } from './internal_routes.ts'
import { getPaymentOperation, refundPaymentOperation, setPaidOperation } from './payment_schemas.ts'
import { paymentView, refundView } from './payment_views.ts'
import { wantedParts } from './refund_inputs.ts'

export type PaymentRoutesDeps = {
  readonly ports: Ports
  readonly drive: Drive
  readonly verifyToken: VerifyToken
  /** Digits after the point of the currency. */
  readonly digits: () => number
}

export function paymentRoutes({ ports, drive, verifyToken, digits }: PaymentRoutesDeps) {
  return async (app: App) => {
    app.get('/payments/:order_id', getPaymentOperation, async (request) => {
      const sees = await readerOf(request)
      const { payment } = await requirePayment(ports, request.params.order_id)
      if (!sees(payment)) throw new DomainError('payment_not_found', 'There is no payment for this order.')
      return paymentView(payment, digits())
    })

    app.post('/payments/:order_id/refunds', refundPaymentOperation, async (request, reply) => {
      const { userId: by } = principalOf(request)
      const { amount, reason } = request.body
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
        ...{ amountMinor, parts, reason, key, by },
      })
      if (replayed) reply.header('idempotent-replayed', 'true')
      reply.code(201)
      return { refund: refundView(refund, digits()), payment: paymentView(payment, digits()) }
    })

    app.post('/payments/:order_id/paid', setPaidOperation, async (request) => {
      const { userId } = principalOf(request)
      return paymentView(await payByHand(ports, drive, request.params.order_id, userId), digits())
    })
  }

  async function readerOf(request: FastifyRequest): Promise<(payment: Payment) => boolean> {
    const token = request.headers['order-token']
    if (typeof token === 'string' && request.headers.authorization === undefined) {
      const hash = Buffer.from(tokenHash(token))
      return ({ orderTokenHash }) =>
        orderTokenHash !== undefined && timingSafeEqual(Buffer.from(orderTokenHash), hash)
    }
    const { userId, role } = await verifyToken(bearerToken(request))
    return (payment) => role === 'admin' || payment.userId === userId
  }
}
