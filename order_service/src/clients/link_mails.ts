/** Hands the mail with the link of an order to notification_service, which makes the link itself: no token is sent. */
import type { ServiceClient } from '@shop/service_kit/calls/service_client'
import type { SendLink } from '../domain/order_links.ts'

const DEADLINE_MS = 5_000

export const createSendLink =
  (service: Pick<ServiceClient, 'post'>): SendLink =>
  async ({ id, to, language, orderId, number, guest }) => {
    const values = { order_id: orderId, number, guest }
    await service.post(
      '/internal/mails',
      { mails: [{ id, to, language, kind: 'order_link', values }] },
      { deadlineMs: DEADLINE_MS, repeatable: true },
    )
  }
