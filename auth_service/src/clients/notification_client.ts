/**
 * Hands mails to notification_service: `POST /internal/mails {mails: [{id, to, language, kind, values}]}`. A mail that it has already is
 * accepted again, so a call may be repeated. No error of it contains a part of a mail, because mails contain tokens.
 */
import { retryAfterMs } from '@shop/retry/backoff'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { MailClient, MailDelivery } from '../domain/contact_ports.ts'

export const NOTIFICATION_SERVICE = 'notification_service'
export const MAILS_PATH = '/internal/mails'
export const CALL_DEADLINE_MS = 5_000
/** Of an answer that names 20 mails. */
const ANSWER_BYTES_MAX = 64 * 1024

export type NotificationClientOptions = {
  readonly url: string
  readonly token: () => Promise<string>
  readonly runtime: Pick<Runtime, 'deadline' | 'now'>
}

export function createNotificationClient({ url, token, runtime }: NotificationClientOptions): MailClient {
  const address = `${url.replace(/\/$/, '')}${MAILS_PATH}`
  return async (mails): Promise<MailDelivery> => {
    const answer = await fetch(address, {
      method: 'POST',
      redirect: 'error',
      signal: runtime.deadline(CALL_DEADLINE_MS),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await token()}` },
      body: JSON.stringify({ mails }),
    })
    await discard(answer)
    if (answer.ok) return { outcome: 'accepted' }
    if (answer.status === 400 || answer.status === 422) return { outcome: 'refused' }
    const askedMs = retryAfterMs(answer.headers.get('retry-after'), runtime.now().getTime())
    return { outcome: 'failed', reason: `${address} answered ${answer.status}`, retryAfterMs: askedMs }
  }
}

/** Reads a short answer, so that its connection can be used again; cancels a long one. */
async function discard(answer: Response): Promise<void> {
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > ANSWER_BYTES_MAX) return
  }
}
