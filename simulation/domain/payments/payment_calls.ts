/** How an order replica asks payment_service: the client of order_service, over the network of the history. */

import { createOrderTokens } from '@shop/service_kit/identity/order_tokens'
import {
  createPaymentClient,
  PAYMENT_DEADLINE_MS,
} from '../../../order_service/src/clients/payment_client.ts'
import type { Payments } from '../../../order_service/src/domain/payment_ports.ts'
import type { CancelReason, Payment } from '../../../payment_service/src/domain/payment.ts'
import { internalView } from '../../../payment_service/src/http/payment_views.ts'
import type { Machine } from '../../core/machine.ts'
import type { Host } from '../hosts.ts'
import type { Network } from '../network.ts'
import { asService, NO_METRICS, type PaymentReplica } from './payment_replica.ts'
import { termsFrom } from './terms.ts'

/** Of its amounts, on both sides. */
const DIGITS = 2
const ORDER_TOKENS = createOrderTokens(['a secret of histories'])

type CallDeps = {
  readonly machine: Machine
  readonly host: Host
  readonly network: Network
  readonly payments: readonly Host<PaymentReplica>[]
}

/** `wake`: the circuit lets calls through again. */
export function paymentsFrom({ machine, host, network, payments }: CallDeps, wake: () => void): Payments {
  const { runtime } = machine
  const ask = async (what: string, call: (replica: PaymentReplica) => Promise<Payment>) => {
    const to = payments[Math.floor(runtime.random() * payments.length)]!
    try {
      const payment = await network.call({
        ...{ from: host.name, caller: machine, to, deadlineMs: PAYMENT_DEADLINE_MS, what, ask: call },
      })
      return internalView(payment)
    } catch (error) {
      throw asService(error)
    }
  }
  return createPaymentClient({
    service: {
      put: (path, body) => {
        const terms = termsFrom(path, body)
        return ask(`open the payment of ${terms.orderId}`, (replica) => replica.open(terms)) as never
      },
      post: (path, body) => {
        const [, , , orderId, what] = path.split('/')
        const { reason, amount_minor } = body as { reason: CancelReason; amount_minor: number }
        return ask(`${what} the payment of ${orderId}`, (replica) =>
          what === 'cancel' ? replica.cancel(orderId!, reason) : replica.capture(orderId!, amount_minor),
        ) as never
      },
      async close() {},
    },
    orderTokens: ORDER_TOKENS,
    digits: () => DIGITS,
    ...{ metrics: NO_METRICS, runtime, onCircuitClosed: wake, onCircuitHalfOpen: wake },
  })
}
