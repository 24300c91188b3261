/** Hints to order_service, and whose an order is. */
import { type ServiceClient, ServiceUnreachable } from '@shop/service_kit/calls/service_client'
import { DomainError } from '../domain/errors.ts'
import type { OwnerOf } from '../domain/ports.ts'

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

/** While a person waits. */
const OWNER_DEADLINE_MS = 2_000

export const createOwnerOf =
  (orders: Pick<ServiceClient, 'post'> | undefined): OwnerOf =>
  async (orderId) => {
    if (orders === undefined) return undefined
    const limits = { deadlineMs: OWNER_DEADLINE_MS, repeatable: true }
    try {
      const { user_id } = await orders.post<{ user_id: string }>(
        '/internal/order_owners',
        { order_id: orderId },
        limits,
      )
      return user_id
    } catch (error) {
      if (error instanceof ServiceUnreachable && error.status === 404) return undefined
      throw new DomainError('orders_unavailable', 'Try again in a moment.', {}, { cause: error })
    }
  }
