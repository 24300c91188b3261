/** What order_service asks. It owns the order, and waits ANSWER_MS at most: the state of the payment is what counts. */
import { createHash } from 'node:crypto'
import type { App } from '@shop/service_kit/http/app_types'
import { invalidField, Problem } from '@shop/service_kit/runtime/problem'
import { inTime, type Runtime } from '@shop/service_kit/runtime/runtime'
import type { Static } from '@shop/service_kit/runtime/schema_types'
import { type Bill, isWholeBill } from '../domain/bill.ts'
import type { Drive } from '../domain/drive.ts'
import { erasePayments } from '../domain/erase_payments.ts'
import { DomainError } from '../domain/errors.ts'
import { type Payment, SYSTEM } from '../domain/payment.ts'
import type { Ports } from '../domain/ports.ts'
import {
  cancelPayment,
  capturePayment,
  openPayment,
  refundPayment,
  requirePayment,
} from '../domain/requests.ts'
import {
  cancelPaymentOperation,
  capturePaymentOperation,
  createPaymentOperation,
  erasePaymentsOperation,
  getPaymentStateOperation,
  refundOrderOperation,
  requestCardLimitsOperation,
} from './internal_schemas.ts'
import { internalRefundView, internalView } from './payment_views.ts'
import { refuseDoubles, wantedParts } from './refund_inputs.ts'

/** The work continues after it. */
export const ANSWER_MS = 8_000

export type InternalRoutesDeps = {
  readonly ports: Ports
  readonly drive: Drive
  readonly currency: string
  /** Digits after the point of amounts. */
  readonly digits: () => number
  readonly runtime: Pick<Runtime, 'after'>
}

export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url')

export function internalRoutes({ ports, drive, currency, digits, runtime }: InternalRoutesDeps) {
  const answer = async (orderId: string, work: Promise<Payment>) => {
    const payment = await inTime(
      runtime,
      ANSWER_MS,
      work,
      async () => (await requirePayment(ports, orderId)).payment,
    )
    return internalView(payment)
  }

  /** Amounts come in minor units: with other digits each would be another amount. */
  const refuseDigits = (given = digits()) => {
    if (given === digits()) return
    const detail = `order_service counts ${currency} with ${given} digits, payment_service with ${digits()}: correct CURRENCY_DIGITS.`
    throw new DomainError('currency_differs', detail, { currency, digits: digits() })
  }

  return async (app: App) => {
    app.post('/internal/card_limits', requestCardLimitsOperation, async ({ body }) => {
      refuseDigits(body.currency_digits)
      const limits = ports.providerOf({ method: 'card' })?.limits()
      return {
        card: limits
          ? {
              least_minor: limits.leastMinor,
              most_minor: limits.mostMinor,
              step_minor: limits.stepMinor,
            }
          : null,
      }
    })

    app.post('/internal/erasures', erasePaymentsOperation, async ({ body }) => ({
      open: [...(await erasePayments(ports, body.order_ids))],
    }))

    app.put('/internal/payments/:order_id', createPaymentOperation, async (request) => {
      const { body } = request
      const { order_id: orderId } = request.params
      if (body.currency !== currency)
        throw new Problem('validation_failed', `body/currency: must be ${currency}`, {
          errors: [{ in: 'body', path: '/currency', message: `must be ${currency}` }],
        })
      refuseDigits(body.currency_digits)
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
        bill: billOf(body),
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

    app.post('/internal/payments/:order_id/refunds', refundOrderOperation, async (request) => {
      const { order_id: orderId } = request.params
      const { refund_id: id, amount_minor: amountMinor, reason, by = SYSTEM } = request.body
      const wanted = wantedParts(request.body, amountMinor !== undefined, '/amount_minor')
      const { set_off: setsOff = false } = request.body
      const parts = wanted && { ...wanted, setsOff }
      if (setsOff && parts === undefined) throw invalidField('/set_off', 'is given with lines or shipping')
      if (parts === undefined && amountMinor === undefined)
        throw invalidField('/amount_minor', 'is needed, or lines or shipping')
      const refunded = await refundPayment(
        ports,
        (stored) => inTime(runtime, ANSWER_MS, drive(stored), () => stored),
        orderId,
        { ...{ id, key: id, amountMinor, parts, reason, by } },
      )
      return { payment: internalView(refunded.payment), refund: internalRefundView(refunded.refund) }
    })
  }
}

/** Fails with `validation_failed`. */
function billOf({
  amount_minor: amountMinor,
  lines: given,
  shipping_gross_minor: shippingMinor = 0,
}: Static<typeof createPaymentOperation.schema.body>): Bill | undefined {
  if (given === undefined) return undefined
  const lines = given.map(({ product_id, quantity, gross_minor }) => ({
    ...{ productId: product_id, quantity },
    grossMinor: gross_minor,
  }))
  refuseDoubles(lines)
  const bill = { lines, shippingMinor }
  if (!isWholeBill(bill, amountMinor))
    throw invalidField('/lines', 'must be the amount together, with shipping_gross_minor')
  return bill
}
