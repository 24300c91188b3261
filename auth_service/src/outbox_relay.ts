/** Hands over to another service what waits in an outbox, as long as the process runs. Each replica does it. */
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import { reasonOf } from '@shop/service_kit/runtime/reason'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'

/** Between two looks for what another process stored, or whose pause is over. */
export const LOOK_MS = 2_000

/** One round. `trouble`: why something was not accepted. */
export type Deliver = () => Promise<{ readonly claimed: number; readonly trouble?: string }>

/** Made once in a process, for all of its relays. */
export const outboxFailures = ({ counter }: Metrics) =>
  counter('auth_outbox_failures_total', 'Rounds of an outbox in which something was not accepted.', ['what'])

export type OutboxRelayDeps = {
  /** In the words of the log, such as `mails`. */
  readonly what: string
  readonly failures: ReturnType<typeof outboxFailures>
  /** A round that claims so many may have left more. */
  readonly batchMax: number
  readonly runtime: Pick<Runtime, 'sleep'>
  readonly logger: Logger
}

export type OutboxRelay = {
  /** Begins to work. */
  start(deliver: Deliver): void
  /** Something was stored: looks at once. */
  wake(): void
  /** Resolves when the current round has ended. */
  stop(): Promise<void>
}

export function createOutboxRelay({
  what,
  failures,
  batchMax,
  runtime,
  logger,
}: OutboxRelayDeps): OutboxRelay {
  const stopping = new AbortController()
  const { signal } = stopping
  let waiting: AbortController | undefined
  let isWanted = false
  let ended = Promise.resolve()

  /** Resolves whether there may be more to do at once. */
  const round = async (deliver: Deliver): Promise<boolean> => {
    try {
      const { claimed, trouble } = await deliver()
      if (trouble !== undefined) {
        failures.inc({ what })
        logger.warn({ reason: trouble }, `${what} were not accepted`)
      }
      return claimed === batchMax && trouble === undefined
    } catch (error) {
      failures.inc({ what })
      logger.warn({ reason: reasonOf(error) }, `${what} could not be handed over and will be tried again`)
      return false
    }
  }

  const rounds = async (deliver: Deliver) => {
    while (!signal.aborted) {
      isWanted = false
      if ((await round(deliver)) || isWanted) continue
      waiting = new AbortController()
      const until = AbortSignal.any([signal, waiting.signal])
      await runtime.sleep(LOOK_MS, until, { background: true }).catch(() => {})
    }
  }

  return {
    start: (deliver) => {
      ended = rounds(deliver)
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
