/**
 * What the payment provider can charge, as payment_service knows it: asked at the start and then now and then, never while a buyer waits.
 * While it is not known every amount passes, and payment_service decides.
 */
import type { ServiceClient } from '@shop/service_kit/calls/service_client'
import type { Cancel, Runtime } from '@shop/service_kit/runtime/runtime'
import type { CardLimits } from '../domain/card_limits.ts'

export const AGAIN_MS = 10 * 60_000
export const AFTER_FAULT_MS = 30_000
const DEADLINE_MS = 5_000

export type CardLimitsOptions = {
  readonly service: Pick<ServiceClient, 'post'>
  readonly digits: () => number
  readonly runtime: Pick<Runtime, 'after'>
  readonly onFault: (fault: unknown) => void
}

type Answer = {
  readonly card: {
    readonly least_minor: number
    readonly most_minor: number
    readonly step_minor: number
  } | null
}

export function followCardLimits({ service, digits, runtime, onFault }: CardLimitsOptions) {
  let limits: CardLimits | undefined
  let hasFailed = false
  let isStopped = false
  let cancel: Cancel | undefined
  const ask = async () => {
    const { card } = await service.post<Answer>(
      '/internal/card_limits',
      { currency_digits: digits() },
      { deadlineMs: DEADLINE_MS, repeatable: true },
    )
    limits = card
      ? { leastMinor: card.least_minor, mostMinor: card.most_minor, stepMinor: card.step_minor }
      : undefined
  }
  const round = async () => {
    try {
      await ask()
      hasFailed = false
    } catch (fault) {
      // Logged once for each outage.
      if (!hasFailed) onFault(fault)
      hasFailed = true
    }
    if (!isStopped) cancel = runtime.after(hasFailed ? AFTER_FAULT_MS : AGAIN_MS, run, { background: true })
  }
  let running: Promise<void> = Promise.resolve()
  const run = () => {
    running = round()
  }
  run()
  return {
    limits: () => limits,
    async stop() {
      isStopped = true
      cancel?.()
      await running
    },
  }
}
