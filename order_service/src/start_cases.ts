/** The settlers of returns and withdrawals: they do what is owed to other services, until it is done (domain/drive_cases.ts). */
import { pauseMs } from '@shop/retry/backoff'
import type { ServiceClient } from '@shop/service_kit/calls/service_client'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import { inContext } from '@shop/service_kit/runtime/request_context'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Logger } from 'pino'
import { createReceipts, createRefunding, createRestocking } from './clients/return_calls.ts'
import type { Case, CaseKind, Cases } from './domain/cases.ts'
import { changeStatus } from './domain/change_order.ts'
import { CASE_BACKOFF, CASE_DUE_AHEAD_MAX_MS, driveDue, UNPAID_BACKOFF } from './domain/drive_cases.ts'
import { driveReturns } from './domain/drive_returns.ts'
import { driveWithdrawal } from './domain/drive_withdrawals.ts'
import { OutcomeUnknown } from './domain/errors.ts'
import { ownerOf } from './domain/guests.ts'
import type { CrashPointHook } from './domain/ports.ts'
import { waitsForBuyer } from './domain/returns.ts'
import type { Ordering } from './ordering.ts'
import {
  type countSettled,
  refundGauges,
  type Settler,
  secondsSince,
  startSettler,
  withdrawalGauges,
} from './settler.ts'

export type StartCasesOptions = {
  readonly cases: Cases
  readonly ordering: Pick<Ordering, 'ports' | 'settle'>
  readonly service: Pick<ServiceClient, 'post'>
  readonly paymentService: Pick<ServiceClient, 'post'>
  /** notification_service; without it no receipts are mailed. */
  readonly mailService: Pick<ServiceClient, 'post'> | undefined
  readonly runtime: Runtime
  readonly metrics: Metrics
  readonly settled: ReturnType<typeof countSettled>
  readonly logger?: Logger
  readonly reached?: CrashPointHook
  /** Pause between two rounds; tests set more. */
  readonly roundMs?: number
}

const backoffOf = ({ body }: Case): typeof CASE_BACKOFF =>
  'returns' in body && waitsForBuyer(body) ? UNPAID_BACKOFF : CASE_BACKOFF

type Drive<Kind extends CaseKind> = (claimed: Case<Kind>) => Promise<Case<Kind>>

export type StartedCases = {
  /** Works on the cases that are due now. */
  wake(kind: CaseKind): void
  /** One round, for tests. */
  round(kind: CaseKind): Promise<{ readonly settled: number; readonly failed: number }>
  /** Ends after the cases that were claimed. */
  stop(): Promise<void>
}

export function startCases(options: StartCasesOptions): StartedCases {
  const { cases, ordering, runtime, metrics, logger, roundMs, reached = () => {} } = options
  const { now, newId } = runtime
  const { orders } = ordering.ports
  const report = (fault: unknown, id: string) => {
    const level = fault instanceof OutcomeUnknown ? 'warn' : 'error'
    logger?.[level]({ err: fault, case_id: id }, 'a return or withdrawal waits')
  }
  const overdue = metrics.gauge(
    'order_cases_overdue_seconds',
    'Seconds since the return or withdrawal was due that waits longest for another service.',
    ['kind'],
  )
  const refused = metrics.counter(
    'order_returns_refused_total',
    'Refunds and restockings of returns that were refused for good: a person decides.',
    ['part'],
  )
  const gauges = {
    return: refundGauges(cases, metrics, runtime),
    withdrawal: withdrawalGauges(cases, metrics, runtime),
  }
  const own = { orders, cases, now, newId, reached, report }
  const asked = {
    restock: createRestocking(options.service),
    refund: createRefunding(options.paymentService),
  }
  const receipts = options.mailService && createReceipts(options.mailService)
  const drives = {
    return: (claimed: Case<'return'>) =>
      driveReturns({ ...own, ...asked, refused: (part) => refused.inc({ part }) }, claimed),
    withdrawal: (claimed: Case<'withdrawal'>) =>
      driveWithdrawal(
        {
          ...{ ...own, receipts, findByNumber: orders.findByNumber },
          cancel: (order) =>
            changeStatus(ordering.ports, ordering.settle, {
              ...{ orderId: order.id, to: 'cancelled', expectedVersions: undefined },
              actor: { userId: ownerOf(order), admin: false },
            }),
        },
        claimed,
      ),
  }
  const round = <Kind extends CaseKind>(kind: Kind, shouldContinue?: () => boolean) =>
    driveDue<Kind>(
      {
        ...{ kind, cases, now, report },
        pauseMs: (attempts, stored) => pauseMs(backoffOf(stored), attempts, runtime.random()),
        drive: (claimed) =>
          inContext({ traceparent: undefined, requestIds: [claimed.id] }, () =>
            (drives[kind] as unknown as Drive<Kind>)(claimed),
          ),
      },
      shouldContinue,
    )
  const start = (kind: CaseKind): Settler =>
    startSettler({
      ...{ queue: kind, settled: options.settled, runtime },
      round: (shouldContinue) => round(kind, shouldContinue),
      async correctClockSkew() {
        const at = now()
        const tooFar = new Date(at.getTime() + CASE_DUE_AHEAD_MAX_MS[kind]).toISOString()
        await cases.correctClockSkew(kind, tooFar, at.toISOString())
      },
      async gauges() {
        const at = now()
        const oldest = await cases.oldestDue(kind, at.toISOString())
        overdue.set({ kind }, secondsSince(oldest, at))
        await gauges[kind]()
      },
      onFault: (err) =>
        logger?.warn({ err, queue: kind }, 'a round of a settler failed; the next one tries again'),
      ...(roundMs === undefined ? {} : { roundMs }),
    })
  const settlers = { return: start('return'), withdrawal: start('withdrawal') }
  return {
    wake: (kind) => settlers[kind].wake(),
    round,
    async stop() {
      await Promise.all([settlers.return.stop(), settlers.withdrawal.stop()])
    },
  }
}
