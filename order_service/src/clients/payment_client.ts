/**
 * Payments at payment_service over HTTP (its /internal routes). Each call is of one order; while the service is down, calls fail at
 * once (circuit_breaker.ts). Without a usable answer a call fails with OutcomeUnknown: the state of the payment is asked again.
 */
import { type ServiceClient, ServiceUnreachable } from '@shop/service_kit/calls/service_client'
import type { OrderTokens } from '@shop/service_kit/identity/order_tokens'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { OutcomeUnknown } from '../domain/errors.ts'
import { isGuestOrder } from '../domain/guests.ts'
import { grandTotalMinor, type Order } from '../domain/order.ts'
import { PAYMENT_STATES, type PaymentState, type Payments } from '../domain/payment_ports.ts'
import { circuitOpen, createCircuitBreaker } from './circuit_breaker.ts'

/** Longer than payment_service waits for its provider (ANSWER_MS there). */
export const PAYMENT_DEADLINE_MS = 10_000
/** Calls under way; one more fails at once. */
export const PAYMENT_CALLS_MAX = 64

export type PaymentClientOptions = {
  readonly service: ServiceClient
  readonly orderTokens: OrderTokens
  /** Digits after the point of amounts. */
  readonly digits: () => number
  readonly metrics: Metrics
  readonly runtime: Pick<Runtime, 'monotonic' | 'random' | 'after'>
  readonly onCircuitOpen?: (error: unknown, orderIds: readonly string[]) => void
  readonly onCircuitClosed?: () => void
  readonly onCircuitHalfOpen?: () => void
}

/** Without payment_service an order of before waits until there is one. */
export const NO_PAYMENTS: Payments = {
  open: notNow,
  cancel: notNow,
  capture: notNow,
  circuit: () => 'closed',
}
async function notNow(): Promise<never> {
  throw new OutcomeUnknown('there is no payment_service', { alone: true })
}

/** Answers that say what the state is, though they refuse the call. */
const STATE_OF_REFUSAL: Readonly<Record<string, PaymentState>> = {
  // No provider is configured for this method: nothing was opened, and nothing can be paid.
  method_unavailable: 'failed',
  // Its amount would be another one there.
  currency_differs: 'failed',
  not_authorised: 'failed',
}

export function createPaymentClient(options: PaymentClientOptions): Payments {
  const { service, metrics, runtime, onCircuitOpen, onCircuitClosed, onCircuitHalfOpen } = options
  const calls = metrics.counter('order_payment_calls_total', 'Calls to payment_service, by outcome.', [
    'kind',
    'outcome',
  ])
  const breaker = createCircuitBreaker({
    runtime,
    onOpen: (error, orderIds) => onCircuitOpen?.(error, orderIds),
    onClosed: () => onCircuitClosed?.(),
    onHalfOpen: () => onCircuitHalfOpen?.(),
  })
  let underWay = 0

  /** The state that was answered, or the code of the refusal. */
  async function ask(
    kind: string,
    order: Order,
    send: () => Promise<unknown>,
  ): Promise<PaymentState | string> {
    if (breaker.state() === 'open') throw circuitOpen()
    if (underWay >= PAYMENT_CALLS_MAX)
      throw new OutcomeUnknown('too many calls to payment_service are under way')
    const call = breaker.begin([order.id])
    underWay += 1
    try {
      const state = stateIn(await send())
      call.answered()
      calls.inc({ kind, outcome: 'answered' })
      return state
    } catch (error) {
      const { status, code } = error instanceof ServiceUnreachable ? error : {}
      if (status !== undefined && status < 500 && status !== 429 && code !== undefined) {
        call.answered()
        calls.inc({ kind, outcome: 'refused' })
        return code
      }
      if (status === undefined) call.noAnswer(error)
      else if (status === 500) call.serverError(error)
      else call.failed(error)
      calls.inc({ kind, outcome: 'failed' })
      throw new OutcomeUnknown((error as Error).message, { cause: error, alone: true })
    } finally {
      underWay -= 1
    }
  }

  /** Any other refusal is a contradiction between the services, or a call that has to be made again. */
  const stateOf = (order: Order, answer: PaymentState | string): PaymentState => {
    const state = PAYMENT_STATES.find((each) => each === answer) ?? STATE_OF_REFUSAL[answer]
    if (state === undefined)
      throw new OutcomeUnknown(`payment of order ${order.id}: ${answer}`, { alone: true })
    return state
  }

  const pathOf = (order: Order, what = '') => `/internal/payments/${order.id}${what}`
  const limits = { deadlineMs: PAYMENT_DEADLINE_MS, repeatable: true }

  const open = (order: Order, expiresAt: string) =>
    ask('open', order, () => service.put(pathOf(order), termsOf(order, expiresAt, options), limits))
  const cancel = (order: Order, reason: string) =>
    ask('cancel', order, () => service.post(pathOf(order, '/cancel'), { reason }, limits))

  return {
    open: async (order, expiresAt) => stateOf(order, await open(order, expiresAt)),
    async cancel(order, reason) {
      const answer = await cancel(order, reason)
      if (answer !== 'payment_not_found') return stateOf(order, answer)
      // Opened first, so that a call to open it that is still under way finds it cancelled, and opens nothing later.
      const opened = stateOf(order, await open(order, order.updatedAt))
      return opened === 'failed' ? opened : stateOf(order, await cancel(order, reason))
    },
    async capture(order) {
      const answer = await ask('capture', order, () =>
        service.post(pathOf(order, '/capture'), { amount_minor: grandTotalMinor(order) }, limits),
      )
      // Whether it has ended already is in the answer to its opening, which opens nothing any more.
      return stateOf(order, answer === 'being_cancelled' ? await open(order, order.updatedAt) : answer)
    },
    circuit: breaker.state,
  }
}

function termsOf(
  order: Order,
  expiresAt: string,
  { orderTokens, digits }: Pick<PaymentClientOptions, 'orderTokens' | 'digits'>,
) {
  const { email, language, payment, lines, shipping } = order.checkout!
  return {
    amount_minor: grandTotalMinor(order),
    currency: order.currency,
    currency_digits: digits(),
    method: payment!.method,
    user_id: order.userId,
    ...(isGuestOrder(order) ? { order_token: orderTokens.of(order.id) } : {}),
    email,
    description: order.number === undefined ? order.id : `#${order.number}`,
    language,
    expires_at: expiresAt,
    lines: order.lines.map(({ productId, quantity }, i) => ({
      ...{ product_id: productId, quantity },
      gross_minor: lines[i]!.grossMinor,
    })),
    shipping_gross_minor: (shipping?.parts ?? []).reduce((sum, { grossMinor }) => sum + grossMinor, 0),
  }
}

function stateIn(answer: unknown): PaymentState {
  const { state, closed } = (answer ?? {}) as { state?: unknown; closed?: unknown }
  if (state === 'cancelling' && closed === true) return 'giving_back'
  const known = PAYMENT_STATES.find((each) => each === state)
  if (known === undefined)
    throw new OutcomeUnknown('payment_service answered without a state', { alone: true })
  return known
}
