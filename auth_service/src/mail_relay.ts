/** Hands mails over, as long as the process runs (mail_delivery.ts). Each replica does it. */
import { reasonOf } from '@shop/service_kit/runtime/reason'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { BATCH_MAX, type DeliveryPorts, deliverDue } from './mail_delivery.ts'

/** Between two looks for mails that another process stored, or whose pause is over. */
export const LOOK_MS = 2_000

export type MailRelayDeps = {
  readonly client: DeliveryPorts['client']
  readonly runtime: Pick<Runtime, 'now' | 'sleep' | 'random' | 'deadline'>
  readonly logger: Logger
}

export type MailRelay = {
  /** Begins to work. */
  start(ports: Omit<DeliveryPorts, 'client' | 'random'>): void
  /** A mail was stored: looks at once. */
  wake(): void
  /** Resolves when the current round has ended. */
  stop(): Promise<void>
}

export function createMailRelay({ client, runtime, logger }: MailRelayDeps): MailRelay {
  const stopping = new AbortController()
  const { signal } = stopping
  let waiting: AbortController | undefined
  let isWanted = false
  let ended = Promise.resolve()

  /** Resolves whether there may be more to do at once. */
  const round = async (ports: DeliveryPorts): Promise<boolean> => {
    try {
      const { claimed, trouble } = await deliverDue(ports)
      if (trouble !== undefined) logger.warn({ reason: trouble }, 'mails were not accepted')
      return claimed === BATCH_MAX && trouble === undefined
    } catch (error) {
      logger.warn({ reason: reasonOf(error) }, 'mails could not be handed over and will be tried again')
      return false
    }
  }

  const rounds = async (ports: DeliveryPorts) => {
    while (!signal.aborted) {
      isWanted = false
      if ((await round(ports)) || isWanted) continue
      waiting = new AbortController()
      const until = AbortSignal.any([signal, waiting.signal])
      await runtime.sleep(LOOK_MS, until, { background: true }).catch(() => {})
    }
  }

  return {
    start: (ports) => {
      ended = rounds({ ...ports, client, random: runtime.random })
    },
    wake() {
      isWanted = true
      waiting?.abort()
    },
    async stop() {
      stopping.abort()
      await ended
    },
  }
}
