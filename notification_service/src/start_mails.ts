/** Makes mails of events and sends them, if there is a server of mails. */
import type { Reached } from '@shop/service_kit/runtime/crash_points'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { createSmtp } from './clients/smtp.ts'
import type { Config } from './config.ts'
import type { Stores } from './domain/ports.ts'
import { createReader } from './mails/reader.ts'
import type { SendMail } from './mails/send.ts'
import { createSender } from './mails/sender.ts'

export type MailsOptions = {
  readonly stores: Pick<Stores, 'events' | 'mails'>
  readonly runtime: Runtime
  readonly metrics: Metrics
  readonly logger?: Logger
  readonly reached: Reached
  readonly orderToken: (orderId: string) => string
  /** Tests give another one. */
  readonly sendMail?: SendMail
}

export type Mails = {
  /** There is a mail to send. */
  wake(): void
  /** There are new events. */
  readOn(): void
  /** Resolves when attempts under way have ended. */
  stop(): Promise<void>
}

export function startMails(
  {
    SMTP_URL,
    MAIL_FROM,
    SHOP_NAME,
    PUBLIC_URL,
  }: Pick<Config, 'SMTP_URL' | 'MAIL_FROM' | 'SHOP_NAME' | 'PUBLIC_URL'>,
  { stores, runtime, metrics, logger, reached, orderToken, ...given }: MailsOptions,
): Mails {
  const smtp = SMTP_URL === undefined ? undefined : createSmtp({ url: SMTP_URL, runtime })
  const { sendMail = smtp } = given
  const sender = createSender({
    ...{ mails: stores.mails, sendMail, runtime, metrics, reached },
    shop: { name: SHOP_NAME, publicUrl: PUBLIC_URL, orderToken, from: MAIL_FROM ?? 'shop@localhost' },
    onFault: (err) => logger?.warn({ err }, 'mails could not be sent; it is tried again'),
    onOutcome: (outcome, { id, kind, attempts }, reason) => {
      if (outcome === 'dead') logger?.error({ mail: id, kind, reason }, 'a mail was given up')
      if (outcome === 'failed' && attempts === 1)
        logger?.warn({ mail: id, kind, reason }, 'a mail was not sent')
    },
  })
  const reader = createReader({
    ...{ events: stores.events, mails: stores.mails, runtime, onMails: sender.wake },
    onFault: (err) => logger?.warn({ err }, 'events could not be read for mails; it is tried again'),
  })
  sender.start()
  reader.start()
  return {
    wake: sender.wake,
    readOn: reader.wake,
    async stop() {
      await reader.stop()
      await sender.stop()
    },
  }
}
