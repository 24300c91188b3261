/**
 * Notifies order_service of payments that have changed, by their order ids, until it has answered. It is a hint: order_service
 * reads the payment. The version that it was notified of is stored, so no change is lost with a process; two replicas may notify of
 * the same one, which changes nothing.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import type { Cancel, Runtime } from '@shop/service_kit/runtime/runtime'
import type { PaymentStore } from './domain/ports.ts'

export const ROUND_MS = 500
export const BATCH_MAX = 100
const BACKOFF: Backoff = { firstMs: 500, maxMs: 30_000 }

export type Hinter = { stop(): Promise<void> }

export type HinterOptions = {
  readonly payments: Pick<PaymentStore, 'unhinted' | 'hinted'>
  /** Fails if order_service did not take them. */
  readonly notify: (orderIds: readonly string[]) => Promise<void>
  readonly runtime: Pick<Runtime, 'random' | 'after'>
  readonly onFault: (fault: unknown) => void
  readonly roundMs?: number
}

export function startHinter(options: HinterOptions): Hinter {
  const { payments, notify, runtime, onFault, roundMs = ROUND_MS } = options
  let cancel: Cancel | undefined
  let isStopped = false
  let failures = 0

  const round = async () => {
    try {
      for (let found = BATCH_MAX; found === BATCH_MAX && !isStopped; ) {
        const changes = await payments.unhinted(BATCH_MAX)
        found = changes.length
        if (found === 0) break
        await notify(changes.map(({ orderId }) => orderId))
        await payments.hinted(changes)
      }
      failures = 0
    } catch (fault) {
      failures += 1
      // Logged once for each outage.
      if (failures === 1) onFault(fault)
    }
  }
  let running: Promise<void> = Promise.resolve()
  const plan = () => {
    const pause = failures === 0 ? roundMs : Math.max(roundMs, pauseMs(BACKOFF, failures, runtime.random()))
    cancel = runtime.after(
      pause,
      () => {
        running = round().finally(() => isStopped || plan())
      },
      { background: true },
    )
  }
  plan()
  return {
    async stop() {
      isStopped = true
      cancel?.()
      await running
    },
  }
}
