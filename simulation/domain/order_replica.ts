/** One process of the order service: its domain, its settler and its circuit breaker, as src/ordering.ts and start_orders.ts connect them. */

import { Problem } from '@shop/service_kit/runtime/problem'
import { inTime } from '@shop/service_kit/runtime/runtime'
import { circuitOpen, createCircuitBreaker } from '../../order_service/src/clients/circuit_breaker.ts'
import { NO_PAYMENTS } from '../../order_service/src/clients/payment_client.ts'
import { DECISION_DEADLINE_MS } from '../../order_service/src/clients/product_client.ts'
import { createAnswerWait, type RequestPorts } from '../../order_service/src/domain/answer_wait.ts'
import {
  type Actor,
  changeStatus,
  type StatusChange,
  visibleTo,
} from '../../order_service/src/domain/change_order.ts'
import { OutcomeUnknown } from '../../order_service/src/domain/errors.ts'
import { askedLines, type Draft, type Order, type Rejection } from '../../order_service/src/domain/order.ts'
import { type Placed, placeOrder } from '../../order_service/src/domain/place_order.ts'
import type { HoldAnswer, OrderStore, Reservations } from '../../order_service/src/domain/ports.ts'
import type { Queue } from '../../order_service/src/domain/schedule.ts'
import { BACKOFF, correctClockSkew, settleDue } from '../../order_service/src/domain/settle_due.ts'
import { createSettle } from '../../order_service/src/domain/settle_order.ts'
import { PAYMENT_PATIENCE_MS } from '../../order_service/src/ordering.ts'
import { type Settler, startSettler } from '../../order_service/src/settler.ts'
import type { Rejected, Reservation } from '../../product_service/src/domain/reservation.ts'
import { pauseMs } from '../../retry/src/backoff.ts'
import type { Machine } from '../core/machine.ts'
import type { Host } from './hosts.ts'
import type { DomainHistory } from './mix.ts'
import { type Network, NoAnswer } from './network.ts'
import { paymentsFrom } from './payments/payment_calls.ts'
import type { Notified, PaymentReplica } from './payments/payment_replica.ts'
import type { ProductReplica } from './product_replica.ts'

export type OrderReplica = Notified & {
  place(draft: Draft): Promise<Placed>
  change(change: StatusChange): Promise<Order>
  read(actor: Actor, id: string): Promise<Order>
  list(userId: string): Promise<readonly Order[]>
}

export type OrderReplicaDeps = {
  readonly history: DomainHistory
  readonly machine: Machine
  readonly host: Host
  readonly orders: OrderStore
  readonly network: Network
  readonly products: readonly Host<ProductReplica>[]
  /** None: no order of the history is paid. */
  readonly payments: readonly Host<PaymentReplica>[]
  /** It says that there is no money to ship it for. */
  readonly notShipped: (orderId: string) => void
}

const LISTED_MAX = 20

export function startOrderReplica(deps: OrderReplicaDeps): OrderReplica {
  const { history, machine, host, orders } = deps
  const { runtime } = machine
  const settlers: Partial<Record<Queue, Settler>> = {}
  const { reservations, nextAnswer } = createAnswerWait(
    { reservations: reservationsFrom(deps, () => settlers.stock?.wake()), orders },
    runtime,
  )
  const ports: RequestPorts = {
    orders,
    reservations,
    payments: deps.payments.length === 0 ? NO_PAYMENTS : paymentsFrom(deps, () => settlers.payments?.wake()),
    nextAnswer,
    now: runtime.now,
    newId: runtime.newId,
    reached(place) {
      if (!history.faults.happens('kill_at_crash_point', host.name)) return
      history.world.note(host.name, `is killed at ${place}`)
      history.sometimes(`a process was killed at ${place}`)
      host.kill()
    },
    report(fault, orderId) {
      if (isUnderstood(fault)) return
      if (fault instanceof Error && fault.message.includes('cannot be shipped'))
        return deps.notShipped(orderId)
      history.broken(`an order cannot be settled: ${(fault as Error).stack}`)
    },
  }
  const settle = createSettle(ports, {
    payment: (step, late) => inTime(runtime, PAYMENT_PATIENCE_MS, step, late),
  })
  const settleQueued = createSettle(ports, { ownQueueOnly: true })
  const timers = {
    after: runtime.after,
    defer: runtime.defer,
    pauseMs: (attempts: number) => pauseMs(BACKOFF, attempts, runtime.random()),
  }
  const start = (queue: Queue) => {
    settlers[queue] = startSettler({
      queue,
      gauges: async () => void (await orders.backlog()),
      round: (shouldContinue) => settleDue({ ...ports, ...timers, queue }, settleQueued, shouldContinue),
      correctClockSkew: () => correctClockSkew({ ...ports, ...timers, queue }),
      settled: { inc() {} } as never,
      runtime,
      onFault: (fault) => ports.report(fault, ''),
    })
  }
  start('stock')
  if (deps.payments.length > 0) start('payments')
  return {
    place: (draft) => placeOrder(ports, settle, draft),
    change: (change) => changeStatus(ports, settle, change),
    read: async (actor, id) => visibleTo(actor, await orders.find(id)).order,
    list: async (userId) =>
      (await orders.listByUser(userId, { limit: LISTED_MAX })).map(({ order }) => order),
    async paymentsChanged(orderIds) {
      await orders.hurryPayments(orderIds, runtime.now().toISOString())
      settlers.payments?.wake()
    },
  }
}

/** An outage: everything else is a contradiction. */
const isUnderstood = (fault: unknown) =>
  fault instanceof OutcomeUnknown || (fault instanceof Problem && fault.code === 'store_unavailable')

function reservationsFrom(
  { machine, host, network, products }: OrderReplicaDeps,
  wake: () => void,
): Reservations {
  const { runtime } = machine
  const breaker = createCircuitBreaker({ runtime, onOpen() {}, onClosed: wake, onHalfOpen: wake })

  const askTo = async <Answer>(
    what: string,
    id: string,
    ask: (replica: ProductReplica) => Promise<Answer>,
  ): Promise<Answer> => {
    if (breaker.state() === 'open') throw circuitOpen()
    const call = breaker.begin([id])
    const to = products[Math.floor(runtime.random() * products.length)]!
    try {
      const answer = await network.call({
        from: host.name,
        caller: machine,
        to,
        deadlineMs: DECISION_DEADLINE_MS,
        what: `${what} ${id}`,
        ask,
      })
      call.answered()
      return answer
    } catch (error) {
      if (error instanceof NoAnswer) call.noAnswer(error)
      else call.failed(error)
      throw new OutcomeUnknown((error as Error).message, { cause: error, alone: true })
    }
  }

  return {
    async hold(order) {
      const { id, totalMinor } = order
      const request = { orderId: id, lines: askedLines(order), totalMinor }
      return holdAnswer(await askTo('hold', id, (replica) => replica.reserve(request)))
    },
    async release({ id, status }) {
      const reservation = await askTo('release', id, (replica) => replica.release(id))
      if (reservation.status === 'shipped') throw contradiction(id, status, reservation)
    },
    async ship({ id, status }) {
      const reservation = await askTo('ship', id, (replica) => replica.ship(id))
      if (reservation?.status !== 'shipped') throw contradiction(id, status, reservation)
    },
    circuit: breaker.state,
  }
}

function holdAnswer(reservation: Reservation): HoldAnswer {
  switch (reservation.status) {
    case 'held':
    case 'shipped':
      return { status: 'held', lines: reservation.lines }
    case 'released':
      return { status: 'released' }
    case 'rejected':
      return { status: 'rejected', rejection: rejectionOf(reservation) }
  }
}

function rejectionOf(rejected: Rejected): Rejection {
  const totalMinor = rejected.reason === 'product_not_found' ? undefined : (rejected.totalMinor ?? undefined)
  switch (rejected.reason) {
    case 'product_not_found':
      return { reason: rejected.reason, unknownProducts: rejected.unknownProducts }
    case 'insufficient_stock':
      return { reason: rejected.reason, shortages: rejected.shortages, totalMinor }
    case 'price_changed':
      return { reason: rejected.reason, totalMinor }
  }
}

const contradiction = (id: string, status: string, reservation: Reservation | undefined) =>
  new Error(`Order ${id} is ${status}, but its reservation is ${reservation?.status}.`)
