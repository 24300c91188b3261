/** Notifies order_service of accounts that were deleted: `POST /internal/erasures {user_ids}`. One that it knows is accepted again. */
import type { ServiceClient } from '@shop/service_kit/calls/service_client'
import type { DeletionClient } from '../domain/deletions.ts'

export const ORDER_SERVICE = 'order_service'
const ERASURES_PATH = '/internal/erasures'
export const CALL_DEADLINE_MS = 5_000

export const createOrderClient =
  (service: Pick<ServiceClient, 'post'>): DeletionClient =>
  async (user_ids) => {
    await service.post(ERASURES_PATH, { user_ids }, { deadlineMs: CALL_DEADLINE_MS, repeatable: true })
  }
