/** How orders of a history are paid: two replicas of payment_service with their store, and the provider. */
import type { ProviderEvent } from '../../../payment_service/src/domain/ports.ts'
import { createHost, type Host } from '../hosts.ts'
import type { DomainHistory } from '../mix.ts'
import type { Network } from '../network.ts'
import type { OrderModel } from '../order_model.ts'
import type { StockModel } from '../stock_model.ts'
import type { Asynchronous, Disk, StoreAccess } from '../store_access.ts'
import { createPaymentModel } from './payment_model.ts'
import { createPaymentOracle, type PaymentOracle } from './payment_oracle.ts'
import {
  type Notified,
  type PaymentReplica,
  type ProviderReplica,
  startPaymentReplica,
} from './payment_replica.ts'
import { createProvider, type Provider } from './provider.ts'

export type PaymentScene = {
  readonly payments: readonly Host<PaymentReplica>[]
  readonly providerHost: Host<ProviderReplica>
  readonly provider: Provider
  readonly disk: Disk
  readonly oracle: PaymentOracle
}

export type PaymentSceneDeps = {
  readonly history: DomainHistory
  readonly network: Network
  readonly access: StoreAccess
  readonly orderModel: OrderModel
  readonly stock: StockModel
  readonly orders: () => readonly Host<Notified>[]
}

/** After each attempt that was not answered; then it is not sent any more. */
const SENT_AGAIN_MS = [500, 3_000, 10_000, 60_000]
const EVENT_DEADLINE_MS = 5_000

export function createPaymentScene(deps: PaymentSceneDeps): PaymentScene {
  const { history, network, access, orderModel, stock, orders } = deps
  const { world, faults } = history
  const chances = world.chances('events of the provider')
  const disk = { name: 'disk of payments', isFull: false }
  const model = createPaymentModel(history)

  const deliver = (event: ProviderEvent, attempt: number) => {
    const again = () => {
      const pause = SENT_AGAIN_MS[attempt]
      if (pause !== undefined) world.after(pause, () => deliver(event, attempt + 1))
    }
    network
      .call({
        from: providerHost.name,
        to: chances.one(payments),
        deadlineMs: EVENT_DEADLINE_MS,
        what: `${event.id}: ${event.orderId}`,
        ask: (replica) => replica.receive(event),
      })
      .catch(again)
  }

  const provider = createProvider({
    history,
    givenUp: (orderId) => oracle.givenUp(orderId),
    emit(event) {
      if (!faults.happens('event_lost', 'provider')) return deliver(event, 0)
      history.sometimes('an event of the provider was lost')
    },
  })
  const providerHost: Host<ProviderReplica> = createHost(history, 'provider', (machine) =>
    machine.seen(asynchronous(provider.calls)),
  )
  const payments: readonly Host<PaymentReplica>[] = ['A', 'B'].map((letter) =>
    createHost(history, `payments ${letter}`, (machine, host) =>
      startPaymentReplica({
        ...{ history, machine, host, network, orders, provider: providerHost },
        payments: access.open(model.store, disk, host),
      }),
    ),
  )
  const oracle = createPaymentOracle(history, model, provider, orderModel, stock)
  return { payments, providerHost, provider, disk, oracle }
}

/** The same, with answers that are promises. */
const asynchronous = <Model extends object>(model: Model): Asynchronous<Model> =>
  Object.fromEntries(
    Object.entries(model).map(([name, method]) => [name, async (...given: unknown[]) => method(...given)]),
  ) as Asynchronous<Model>
