/**
 * Hands one mail to the server of SMTP_URL.
 *
 * Promises
 *  1. It ends within SEND_MS, whatever the server does, and closes its connection then.
 *  2. It never rejects. A reason contains neither the address of the receiver nor control characters.
 *  3. Nothing of a mail is read from a file or an address: all of it is given.
 */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createTransport, type NodemailerError } from 'nodemailer'
import { SEND_MS } from '../domain/mail.ts'
import type { SendMail } from '../mails/send.ts'

const REASON_LENGTH_MAX = 300

export type SmtpOptions = {
  readonly url: string
  readonly runtime: Pick<Runtime, 'after'>
  readonly sendMs?: number
}

export function createSmtp({ url, runtime, sendMs = SEND_MS }: SmtpOptions): SendMail {
  const transport = createTransport(secured(url), {
    disableFileAccess: true,
    disableUrlAccess: true,
  } as never)
  return async ({ from, to, subject, text, html, messageId }) => {
    const controller = new AbortController()
    const cancel = runtime.after(sendMs, () => controller.abort())
    try {
      await transport.sendMail({
        from,
        // As an object: an address is never parsed for several.
        to: { name: '', address: to },
        envelope: { from: from.address, to: [to] },
        ...{ subject, text, html, messageId },
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal: controller.signal,
        ...{ disableFileAccess: true, disableUrlAccess: true },
      })
      return { outcome: 'sent' }
    } catch (error) {
      const {
        code,
        command,
        responseCode = 0,
        message,
      } = error as NodemailerError & {
        readonly command?: string
        readonly responseCode?: number
      }
      const reason = controller.signal.aborted ? `There was no answer within ${sendMs / 1_000} s.` : message
      // Of this mail and not of us: its receiver, or what it contains. Other refusals end when somebody corrects the configuration.
      const isFinal =
        responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA' || code === 'EMESSAGE')
      return { outcome: isFinal ? 'refused' : 'failed', reason: withoutAddress(reason, to) }
    } finally {
      cancel()
    }
  }
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** Who can read or change what is sent must not be able to take the encryption out of it: nodemailer would send without. */
export function secured(text: string): string {
  const url = new URL(text)
  const isDecided = ['requireTLS', 'ignoreTLS'].some((name) => url.searchParams.has(name))
  if (url.protocol === 'smtp:' && !isDecided && !LOOPBACK.includes(url.hostname))
    url.searchParams.set('requireTLS', 'true')
  return url.href
}

const withoutAddress = (reason: string, to: string): string =>
  reason
    .replaceAll(new RegExp(RegExp.escape(to), 'gi'), '(receiver)')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .slice(0, REASON_LENGTH_MAX)
