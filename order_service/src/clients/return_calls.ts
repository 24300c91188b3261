/** What returns and withdrawals ask of other services, over HTTP. Without a usable answer each fails with OutcomeUnknown. */
import { type ServiceClient, ServiceUnreachable } from '@shop/service_kit/calls/service_client'
import { OutcomeUnknown } from '../domain/errors.ts'
import { checks, type Fields } from '../domain/record_fields.ts'
import type { Receipts, Refunding, Restocking } from '../domain/return_ports.ts'

export const RESTOCK_DEADLINE_MS = 5_000
/** Longer than payment_service waits for its provider. */
export const REFUND_DEADLINE_MS = 10_000
export const RECEIPT_DEADLINE_MS = 5_000

const ANSWER = checks('the answer cannot be read')
const RESTOCKED = ['restocked', 'not_shipped', 'refused'] as const
const REFUND_STATES = ['requested', 'pending', 'succeeded', 'failed'] as const
/** Of payment_service, for good: nothing was given back under this id. */
const REFUSED: readonly (string | undefined)[] = [
  ...['payment_not_found', 'refund_exceeds_captured', 'refund_exceeds_bought'],
  ...['lines_unknown', 'too_many_refunds', 'idempotency_key_reused', 'validation_failed'],
]
/** What is left may be enough without shipping, which somebody has given back before. */
const WITHOUT_SHIPPING: readonly (string | undefined)[] = ['refund_exceeds_bought', 'refund_exceeds_captured']

const linesOf = (lines: readonly { readonly productId: string; readonly quantity: number }[]) =>
  lines.map(({ productId, quantity }) => ({ product_id: productId, quantity }))

const unknown = (cause: unknown) => new OutcomeUnknown((cause as Error).message, { cause, alone: true })

export const createRestocking =
  (service: Pick<ServiceClient, 'post'>): Restocking =>
  async ({ receiptId, orderId, lines }) => {
    try {
      const restocks = [{ receipt_id: receiptId, order_id: orderId, lines: linesOf(lines) }]
      const options = { deadlineMs: RESTOCK_DEADLINE_MS, repeatable: true }
      const answer = await service.post<Fields>('/internal/restocks', { restocks }, options)
      const [result] = ANSWER.objects(answer.results, ({ receipt_id, status }) => ({ receipt_id, status }))
      if (result?.receipt_id !== receiptId) ANSWER.fail()
      return ANSWER.oneOf(RESTOCKED, result?.status)
    } catch (error) {
      throw unknown(error)
    }
  }

export const createRefunding =
  (service: Pick<ServiceClient, 'post'>): Refunding =>
  async ({ receiptId, orderId, lines, shipping, setsOff, reason, by }) => {
    try {
      const asked = {
        refund_id: receiptId,
        lines: linesOf(lines),
        ...(shipping ? { shipping } : {}),
        ...(setsOff ? { set_off: true } : {}),
        reason,
        by,
      }
      const options = { deadlineMs: REFUND_DEADLINE_MS, repeatable: true }
      const answer = await service.post<Fields>(`/internal/payments/${orderId}/refunds`, asked, options)
      const { state, amount_minor, set_off_minor } = ANSWER.object(answer.refund)
      const known = ANSWER.oneOf(REFUND_STATES, state)
      if (known === 'failed') return { state: 'refused', code: 'refund_failed' }
      return {
        state: known === 'succeeded' ? 'done' : 'pending',
        amountMinor: ANSWER.count(amount_minor),
        setOffMinor: ANSWER.optional(ANSWER.count, set_off_minor) ?? 0,
      }
    } catch (error) {
      const { code } = error instanceof ServiceUnreachable ? error : {}
      if (code === 'not_captured') return { state: 'unpaid' }
      if (code === 'never_captured') return { state: 'never_paid' }
      if (shipping && WITHOUT_SHIPPING.includes(code)) return { state: 'without_shipping' }
      if (REFUSED.includes(code)) return { state: 'refused', code: code! }
      throw unknown(error)
    }
  }

/** Its address and words are personal: no error contains a part of them. */
export const createReceipts =
  (service: Pick<ServiceClient, 'post'>): Receipts =>
  async ({ withdrawalId, to, language, name, orderNumber, goods, receivedAt }) => {
    const values = { name, order_number: orderNumber, goods: goods ?? '', received_at: receivedAt }
    const mail = { id: `withdrawal:${withdrawalId}`, to, language, kind: 'withdrawal_receipt', values }
    try {
      await service.post(
        '/internal/mails',
        { mails: [mail] },
        { deadlineMs: RECEIPT_DEADLINE_MS, repeatable: true },
      )
      return 'accepted'
    } catch (error) {
      const { status } = error instanceof ServiceUnreachable ? error : {}
      if (status === 400 || status === 422) return 'refused'
      throw new OutcomeUnknown(`notification_service did not take a receipt (${status ?? 'no answer'})`, {
        alone: true,
      })
    }
  }
