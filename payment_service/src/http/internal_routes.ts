/** What order_service asks. It owns the order, and waits ANSWER_MS at most: the state of the payment is what counts. */
import { createHash } from 'node:crypto'
import type { App } from '@shop/service_kit/http/app_types'
import { Problem } from '@shop/service_kit/runtime/problem'
import { inTime, type Runtime } from '@shop/service_kit/runtime/runtime'
import type { Drive } from '../domain/drive.ts'
import type { Payment } from '../domain/payment.ts'
import type { Ports } from '../domain/ports.ts'
import { cancelPayment, capturePayment, openPayment, requirePayment } from '../domain/requests.ts'
import {
  cancelPaymentOperation,
  capturePaymentOperation,
  createPaymentOperation,
  getPaymentStateOperation,
} from './internal_schemas.ts'
import { internalView } from './payment_views.ts'

/** The work continues after it. */
export const ANSWER_MS = 8_000

export type InternalRoutesDeps = {
  readonly ports: Ports
  readonly drive: Drive
  readonly currency: string
  readonly runtime: Pick<Runtime, 'after'>
}

export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url')

export function internalRoutes({ ports, drive, currency, runtime }: InternalRoutesDeps) {
  const answer = async (orderId: string, work: Promise<Payment>) => {
    const payment = await inTime(
      runtime,
      ANSWER_MS,
      work,
      async () => (await requirePayment(ports, orderId)).payment,
    )
    return internalView(payment)
  }

  return async (app: App) => {
    app.put('/internal/payments/:order_id', createPaymentOperation, async (request) => {
      const { body } = request
      const { order_id: orderId } = request.params
      if (body.currency !== currency)
        throw new Problem('validation_failed', `body/currency: must be ${currency}`, {
          errors: [{ in: 'body', path: '/currency', message: `must be ${currency}` }],
        })
      const work = openPayment(ports, drive, {
        orderId,
        method: body.method,
        amountMinor: body.amount_minor,
        currency,
        userId: body.user_id,
        orderTokenHash: body.order_token === undefined ? undefined : tokenHash(body.order_token),
        email: body.email,
        description: body.description,
        language: body.language,
        expiresAt: body.expires_at,
      })
      return answer(orderId, work)
    })

    app.get('/internal/payments/:order_id', getPaymentStateOperation, async (request) =>
      internalView((await requirePayment(ports, request.params.order_id)).payment),
    )

    app.post('/internal/payments/:order_id/cancel', cancelPaymentOperation, async (request) => {
      const { order_id: orderId } = request.params
      return answer(orderId, cancelPayment(ports, drive, orderId, request.body.reason))
    })

    app.post('/internal/payments/:order_id/capture', capturePaymentOperation, async (request) => {
      const { order_id: orderId } = request.params
      return answer(orderId, capturePayment(ports, drive, orderId, request.body.amount_minor))
    })
  }
}
