/** Hints to order_service. */
import type { ServiceClient } from '@shop/service_kit/calls/service_client'

const DEADLINE_MS = 5_000

export const createNotify =
  (orders: Pick<ServiceClient, 'post'>) =>
  async (orderIds: readonly string[]): Promise<void> => {
    await orders.post(
      '/internal/payment_changes',
      { order_ids: orderIds },
      { deadlineMs: DEADLINE_MS, repeatable: true },
    )
  }
