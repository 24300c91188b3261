/** Erases the personal fields of payments: `POST /internal/erasures {order_ids}` of payment_service, which answers which are `open` still. */
import type { ServiceClient } from '@shop/service_kit/calls/service_client'
import type { ErasePayments } from '../domain/erase_orders.ts'
import { OutcomeUnknown } from '../domain/errors.ts'

export const ERASE_DEADLINE_MS = 10_000
/** In one call. */
export const ORDERS_MAX = 100

export function createErasePayments(service: Pick<ServiceClient, 'post'>): ErasePayments {
  const ask = async (order_ids: readonly string[]): Promise<readonly string[]> => {
    const limits = { deadlineMs: ERASE_DEADLINE_MS, repeatable: true }
    const { open } = await service.post<{ open?: unknown }>('/internal/erasures', { order_ids }, limits)
    if (!Array.isArray(open)) throw new OutcomeUnknown('payment_service answered without a list')
    return open.map(String)
  }
  return async (orderIds) => {
    const open: string[] = []
    for (let from = 0; from < orderIds.length; from += ORDERS_MAX)
      open.push(...(await ask(orderIds.slice(from, from + ORDERS_MAX))))
    return open
  }
}
