/** One attempt to send a mail, from its claim to its record (invariants M2, M3). */
import { pauseMs } from '@shop/retry/backoff'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { hostOf, type Mail, messageIdOf, RETRY } from '../domain/mail.ts'
import type { FinishedMail, MailStore } from '../domain/mail_ports.ts'
import { type Composed, composed, type Shop } from './compose.ts'

export type Message = Composed & {
  readonly from: { readonly name: string; readonly address: string }
  readonly to: string
  readonly messageId: string
}
/** `refused`: it will never be accepted. */
export type SendOutcome =
  | { readonly outcome: 'sent' }
  | { readonly outcome: 'failed' | 'refused'; readonly reason: string }
/** Never rejects. */
export type SendMail = (message: Message) => Promise<SendOutcome>

export type SendDeps = {
  readonly mails: Pick<MailStore, 'finish'>
  readonly sendMail: SendMail
  readonly runtime: Pick<Runtime, 'now' | 'random'>
  readonly shop: Shop & { readonly from: string }
  /** Called between two steps; tests stop the process there. */
  readonly reached?: (place: 'mail_sent') => void
  readonly onOutcome?: (outcome: 'sent' | 'failed' | 'dead', mail: Mail, reason: string | null) => void
}

export const createSend =
  ({ mails, sendMail, runtime, shop, reached = () => {}, onOutcome = () => {} }: SendDeps) =>
  async (mail: Mail): Promise<void> => {
    const sent = await attempt(mail)
    reached('mail_sent')
    const at = runtime.now()
    const finished = resultOf(mail, sent, at, runtime.random())
    if (!(await mails.finish(finished, at.toISOString()))) return
    onOutcome(finished.state === 'pending' ? 'failed' : finished.state, mail, finished.reason)

    function attempt({ id, kind, language, content }: Mail): Promise<SendOutcome> | SendOutcome {
      let text: Composed
      try {
        text = composed({ kind, language, values: content!.values }, shop)
      } catch (error) {
        return { outcome: 'refused', reason: `It cannot be written: ${(error as Error).message}` }
      }
      return sendMail({
        ...text,
        from: { name: shop.name, address: shop.from },
        to: content!.to,
        messageId: messageIdOf(id, hostOf(shop.from)),
      })
    }
  }

/** `chance` (0 to 1) spreads attempts. */
export function resultOf(
  { id, fence, attempts, expiresAt }: Pick<Mail, 'id' | 'fence' | 'attempts' | 'expiresAt'>,
  sent: SendOutcome,
  now: Date,
  chance: number,
): FinishedMail {
  const [over, at] = [{ id, fence }, now.toISOString()]
  if (sent.outcome === 'sent') return { ...over, state: 'sent', dueAt: at, reason: null }
  const { reason } = sent
  const dueAt = new Date(now.getTime() + pauseMs(RETRY, attempts, chance)).toISOString()
  if (sent.outcome === 'refused' || dueAt >= expiresAt) return { ...over, state: 'dead', dueAt: at, reason }
  return { ...over, state: 'pending', dueAt, reason }
}
