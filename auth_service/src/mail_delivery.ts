/**
 * One round of handing mails over: claimed by lease, prepared, sent together, removed when accepted.
 *
 * Promises
 *  1. A mail is removed only after it was accepted, or is of no use any more: so it is handed over at least once. Its id is the same each
 *     time, so it is sent once.
 *  2. The claim of a process that died or stood still ends; what it does later to a mail that was claimed again changes nothing (fence).
 *  3. One mail that is refused does not hold up others: after a refusal each is sent alone, and the refused one is dropped.
 *  4. While notification_service cannot be reached, a mail is tried again after a pause that doubles up to RETRY.maxMs.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import type { Mail, MailClient, MailContent, MailDelivery } from './domain/contact_ports.ts'
import { type MailPorts, prepared } from './domain/mails.ts'

export const BATCH_MAX = 20
export const CLAIM_MS = 30_000
export const RETRY: Backoff = { firstMs: 2_000, maxMs: 120_000 }

export type DeliveryPorts = MailPorts & { readonly random: () => number; readonly client: MailClient }
/** `trouble`: why mails were not accepted. */
export type Round = { readonly claimed: number; readonly accepted: number; readonly trouble?: string }

type Ready = { readonly mail: Mail; readonly content: MailContent }

export async function deliverDue(ports: DeliveryPorts): Promise<Round> {
  const at = ports.now()
  const claimed = await ports.mails.claim(at, new Date(at.getTime() + CLAIM_MS), BATCH_MAX)
  const ready: Ready[] = []
  for (const mail of claimed) {
    const content = await contentOf(ports, mail)
    if (content === 'none') await ports.mails.remove(mail.id, mail.fence)
    else if (content !== 'later') ready.push({ mail, content })
  }
  if (ready.length === 0) return { claimed: claimed.length, accepted: 0 }
  const first = await send(ports, ready)
  const troubles: string[] = []
  let accepted = 0
  const batches = first.outcome === 'refused' ? ready.map((each) => [each]) : [ready]
  for (const batch of batches) {
    const delivery = first.outcome === 'refused' ? await send(ports, batch) : first
    for (const { mail } of batch) {
      if (delivery.outcome !== 'failed') await ports.mails.remove(mail.id, mail.fence)
      else await ports.mails.postpone(mail.id, mail.fence, nextTry(ports, mail, delivery.retryAfterMs))
      if (delivery.outcome === 'accepted') accepted += 1
      if (delivery.outcome === 'refused') troubles.push(`the mail ${mail.id} (${mail.kind}) was refused`)
    }
    if (delivery.outcome === 'failed') troubles.push(delivery.reason)
  }
  const [trouble] = troubles
  return { claimed: claimed.length, accepted, ...(trouble === undefined ? {} : { trouble }) }
}

/** `none` for a mail that is not sent any more. */
async function contentOf(ports: DeliveryPorts, mail: Mail): Promise<MailContent | 'none' | 'later'> {
  const now = await prepared(ports, mail)
  if (!now) return 'none'
  if (mail.content !== null) return isFor(mail.content, now.content) ? mail.content : 'none'
  // False if the claim has ended meanwhile, or the answer of an attempt was lost: it is due again later.
  const isStored = await ports.mails.prepare(mail.id, mail.fence, now.content, now.link)
  return isStored ? now.content : 'later'
}

/** The address may be another one by now, or another account's. */
const isFor = (made: MailContent, now: MailContent): boolean =>
  made.to === now.to && made.values.username === now.values.username

const send = async (ports: DeliveryPorts, batch: readonly Ready[]): Promise<MailDelivery> => {
  try {
    return await ports.client(
      batch.map(({ mail: { id, language, kind }, content }) => ({ id, language, kind, ...content })),
    )
  } catch (error) {
    return { outcome: 'failed', reason: String((error as Error).message), retryAfterMs: undefined }
  }
}

function nextTry({ now, random }: DeliveryPorts, { attempts }: Mail, askedMs = 0): Date {
  const pause = pauseMs(RETRY, attempts, random(), Math.min(askedMs, RETRY.maxMs))
  return new Date(now().getTime() + pause)
}
