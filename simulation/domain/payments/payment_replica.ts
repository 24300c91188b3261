/** One process of the payment service: its domain, its poller and its notifications, as src/payments.ts and its routes connect them. */
import { ServiceUnreachable } from '@shop/service_kit/calls/service_client'
import { MONEY_MINOR_MAX } from '@shop/service_kit/money/money'
import type { createLogger } from '@shop/service_kit/runtime/log'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import { Problem } from '@shop/service_kit/runtime/problem'
import { inTime } from '@shop/service_kit/runtime/runtime'
import { Fault } from '../../../faults/src/fault.ts'
import { OutcomeUnknown, Refused } from '../../../payment_service/src/domain/errors.ts'
import type { CancelReason, Payment, Terms } from '../../../payment_service/src/domain/payment.ts'
import type {
  PaymentProvider,
  PaymentStore,
  ProviderEvent,
} from '../../../payment_service/src/domain/ports.ts'
import {
  cancelPayment,
  capturePayment,
  openPayment,
  type Refunded,
  refundPayment,
  requirePayment,
} from '../../../payment_service/src/domain/requests.ts'
import { ANSWER_MS } from '../../../payment_service/src/http/internal_routes.ts'
import { startPayments } from '../../../payment_service/src/payments.ts'
import type { Machine } from '../../core/machine.ts'
import type { Host } from '../hosts.ts'
import type { DomainHistory } from '../mix.ts'
import { type Network, NoAnswer, Refused as NotRunning } from '../network.ts'
import type { Asynchronous } from '../store_access.ts'
import type { ProviderCalls } from './provider.ts'

export type PaymentReplica = {
  open(terms: Terms): Promise<Payment>
  cancel(orderId: string, reason: CancelReason): Promise<Payment>
  capture(orderId: string, amountMinor: number): Promise<Payment>
  refund(orderId: string, key: string, amountMinor: number | undefined, by: string): Promise<Refunded>
  receive(event: ProviderEvent): Promise<void>
}

/** The provider as a host has it. */
export type ProviderReplica = Asynchronous<ProviderCalls>

/** Part of an order replica. */
export type Notified = { paymentsChanged(orderIds: readonly string[]): Promise<void> }

export type PaymentReplicaDeps = {
  readonly history: DomainHistory
  readonly machine: Machine
  readonly host: Host
  readonly network: Network
  readonly payments: PaymentStore
  readonly provider: Host<ProviderReplica>
  readonly orders: () => readonly Host<Notified>[]
}

const PROVIDER_DEADLINE_MS = 5_000
const NOTIFY_DEADLINE_MS = 5_000

const NO_METRIC = { inc() {}, set() {}, observe() {} }
/** Nothing is measured in a history. */
export const NO_METRICS = {
  counter: () => NO_METRIC,
  gauge: () => NO_METRIC,
  histogram: () => NO_METRIC,
} as unknown as Metrics

export function startPaymentReplica(deps: PaymentReplicaDeps): PaymentReplica {
  const { history, machine, host, network, payments, orders } = deps
  const { runtime } = machine
  const chances = history.world.chances(`asked by ${host.name}`)
  const started = startPayments({
    ...{ payments, runtime, metrics: NO_METRICS, logger: loggerOf(history), provider: providerFrom(deps) },
    reached(place) {
      if (!history.faults.happens('kill_at_crash_point', host.name)) return
      history.world.note(host.name, `is killed at ${place}`)
      history.sometimes(`a process was killed at ${place}`)
      host.kill()
    },
    notify: (ids) =>
      network.call({
        from: host.name,
        caller: machine,
        to: chances.one(orders()),
        deadlineMs: NOTIFY_DEADLINE_MS,
        what: `payments changed: ${ids}`,
        ask: (replica) => replica.paymentsChanged(ids),
      }),
  })
  const { ports, drive, wake } = started
  const answer = async (orderId: string, work: Promise<Payment>) =>
    inTime(runtime, ANSWER_MS, work, async () => (await requirePayment(ports, orderId)).payment)

  return {
    open: (terms) => answer(terms.orderId, openPayment(ports, drive, terms)),
    cancel: (orderId, reason) => answer(orderId, cancelPayment(ports, drive, orderId, reason)),
    capture: (orderId, amountMinor) => answer(orderId, capturePayment(ports, drive, orderId, amountMinor)),
    refund: (orderId, key, amountMinor, by) =>
      refundPayment(ports, drive, orderId, {
        key,
        amountMinor,
        by,
        parts: undefined,
        reason: 'It was damaged.',
      }),
    async receive({ id, orderId }) {
      if (await payments.isReceived(id)) return
      const at = runtime.now().toISOString()
      const isOurs = await payments.makeDue(orderId!, at)
      await payments.received(id, at)
      ports.reached('event_recorded')
      if (isOurs) wake()
    },
  }
}

/** What it logs as an error is either an outage, or a contradiction. */
function loggerOf({ broken }: DomainHistory): ReturnType<typeof createLogger> {
  const error = ({ err }: { readonly err: unknown }) => {
    if (isUnderstood(err)) return
    broken(`a payment cannot be driven: ${(err as Error).stack}`)
  }
  return { debug() {}, info() {}, warn: error, error } as unknown as ReturnType<typeof createLogger>
}

const isUnderstood = (fault: unknown) =>
  fault instanceof OutcomeUnknown ||
  fault instanceof Refused ||
  fault instanceof NoAnswer ||
  fault instanceof NotRunning ||
  (fault instanceof Fault && fault.code === 'version_conflict') ||
  (fault instanceof Problem && fault.code === 'store_unavailable')

/** As clients/stripe_provider.ts: what the provider refuses to capture or to cancel, the next reading shows. */
function providerFrom({ machine, host, network, provider }: PaymentReplicaDeps): PaymentProvider {
  const ask = async <Answer>(what: string, call: (replica: ProviderReplica) => Promise<Answer>) => {
    try {
      return await network.call({
        ...{
          from: host.name,
          caller: machine,
          to: provider,
          deadlineMs: PROVIDER_DEADLINE_MS,
          what,
          ask: call,
        },
      })
    } catch (fault) {
      throw new OutcomeUnknown((fault as Error).message, { cause: fault })
    }
  }
  return {
    limits: () => ({ leastMinor: 1, mostMinor: MONEY_MINOR_MAX, stepMinor: 1 }),
    async open({ orderId, opening, amountMinor, sessionExpiresAt }) {
      const wanted = { orderId, opening, amountMinor, sessionExpiresAt }
      const made = await ask(`open a page for ${orderId}`, (replica) => replica.open(wanted))
      if (made !== 'expires_too_soon') return { ...made, checkoutUrl: undefined }
      const sessionId = await ask(`find the page of ${orderId}`, (replica) => replica.find(orderId))
      if (sessionId !== undefined) return { sessionId, checkoutUrl: undefined }
      throw new Refused('The page has to be opened under another key.', 'reopen')
    },
    read: ({ orderId, sessionId, phase }) =>
      sessionId === undefined
        ? Promise.resolve({ ...NOWHERE, phase, entries: [], refunds: [] })
        : ask(`read ${orderId}`, (replica) => replica.read(sessionId)),
    capture: ({ orderId, sessionId }, amountMinor) =>
      ask(`capture ${orderId}`, (replica) => replica.capture(sessionId!, amountMinor)),
    cancel: ({ orderId, sessionId, phase }) =>
      phase === 'open'
        ? ask(`close the page of ${orderId}`, (replica) => replica.closePage(sessionId!))
        : ask(`give up ${orderId}`, (replica) => replica.giveUp(sessionId!)),
    async refund({ orderId, sessionId }, { id, amountMinor }) {
      const answer = await ask(`refund ${amountMinor} of ${orderId}`, (replica) =>
        replica.refund(sessionId!, id, amountMinor),
      )
      if (answer === 'refused') throw new Refused('It is not refunded.', 'charge_disputed')
    },
    verifyEvent() {
      throw new Error('Events are delivered as they are.')
    },
    async close() {},
  }
}

const NOWHERE = {
  ...{ sessionId: undefined, intentId: undefined, checkoutUrl: undefined, captureBefore: undefined },
}

/** How order_service is answered: an error as its status and code. */
export function asService(error: unknown): ServiceUnreachable {
  if (error instanceof ServiceUnreachable) return error
  const { message } = error as Error
  if (error instanceof NoAnswer || error instanceof NotRunning) return new ServiceUnreachable(message)
  if (error instanceof Problem) return new ServiceUnreachable(message, { status: 503, code: error.code })
  if (error instanceof Fault)
    return new ServiceUnreachable(message, { status: 409, code: error.code as string })
  throw error
}
