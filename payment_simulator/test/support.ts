/** The simulator in this process, listening, and the official client. */
import type { TestContext } from 'node:test'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import Stripe from 'stripe'
import { createSimulator, type SimulatorOptions } from '../src/simulator.ts'

export const SECRET_KEY = 'sk_test_of_a_simulator'
export const DAY = 24 * 60 * 60

export function clientOf(origin: string, key = SECRET_KEY): Stripe {
  const { hostname, port } = new URL(origin)
  return new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false })
}

export async function startSimulator(t: TestContext, changes: Partial<SimulatorOptions> = {}) {
  const { random, newId } = createVirtualRuntime()
  const simulator = createSimulator({
    runtime: { ...systemRuntime, random, newId },
    secretKey: SECRET_KEY,
    ...changes,
  })
  const origin = await simulator.app.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => simulator.close())
  return { simulator, origin, stripe: clientOf(origin) }
}

export const sessionOf = (changes: Partial<Stripe.Checkout.SessionCreateParams> = {}) =>
  ({
    mode: 'payment',
    line_items: [
      {
        quantity: 1,
        price_data: { currency: 'eur', unit_amount: 4_200, product_data: { name: 'Order 10001 & more' } },
      },
    ],
    success_url: 'https://shop.example/orders/1?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'https://shop.example/checkout',
    client_reference_id: 'order-1',
    metadata: { order_id: 'order-1' },
    payment_intent_data: { metadata: { order_id: 'order-1' } },
    payment_method_options: { card: { capture_method: 'manual' } },
    ...changes,
  }) satisfies Stripe.Checkout.SessionCreateParams

type Started = Awaited<ReturnType<typeof startSimulator>>

/** The intent of a session that was paid. */
export async function paid(
  { simulator, stripe }: Started,
  choice: Parameters<typeof simulator.pay>[1] = 'ok',
) {
  const { id } = await stripe.checkout.sessions.create(sessionOf())
  simulator.pay(id, choice)
  const session = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge'] })
  return { session, intent: session.payment_intent as Stripe.PaymentIntent }
}
