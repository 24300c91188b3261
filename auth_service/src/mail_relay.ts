/** Hands mails over (mail_delivery.ts). */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { BATCH_MAX, type DeliveryPorts, deliverDue } from './mail_delivery.ts'
import { createOutboxRelay, type OutboxRelay, type OutboxRelayDeps } from './outbox_relay.ts'

export type MailRelayDeps = {
  readonly client: DeliveryPorts['client']
  readonly runtime: Pick<Runtime, 'sleep' | 'random'>
  readonly logger: Logger
  readonly failures: OutboxRelayDeps['failures']
}

export type MailRelay = Omit<OutboxRelay, 'start'> & {
  start(ports: Omit<DeliveryPorts, 'client' | 'random'>): void
}

export function createMailRelay({ client, runtime, logger, failures }: MailRelayDeps): MailRelay {
  const relay = createOutboxRelay({ what: 'mails', failures, batchMax: BATCH_MAX, runtime, logger })
  return {
    ...relay,
    start: (ports) => relay.start(() => deliverDue({ ...ports, client, random: runtime.random })),
  }
}
