/**
 * Hands mails to notification_service: `POST /internal/mails {mails: [{id, to, language, kind, values}]}`. A mail that it has already is
 * accepted again, so a call may be repeated. No error of it contains a part of a mail or of an answer, because mails contain tokens.
 */
import { type ServiceClient, ServiceUnreachable } from '@shop/service_kit/calls/service_client'
import type { MailClient } from '../domain/contact_ports.ts'

export const NOTIFICATION_SERVICE = 'notification_service'
const MAILS_PATH = '/internal/mails'
export const CALL_DEADLINE_MS = 5_000

export const createNotificationClient =
  (service: Pick<ServiceClient, 'post'>): MailClient =>
  async (mails) => {
    try {
      await service.post(MAILS_PATH, { mails }, { deadlineMs: CALL_DEADLINE_MS, repeatable: true })
      return { outcome: 'accepted' }
    } catch (error) {
      if (!(error instanceof ServiceUnreachable)) throw error
      const { status, retryAfterMs, message } = error
      if (status === 400 || status === 422) return { outcome: 'refused' }
      const reason = status === undefined ? message : `${NOTIFICATION_SERVICE} answered ${status}`
      return { outcome: 'failed', reason, retryAfterMs }
    }
  }
