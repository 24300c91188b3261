/**
 * Checks after each event that the money at the provider, the stock and the order agree; and at the end that the payments of the
 * shop say what the provider says. Restated from the words of the specification.
 *
 *  M1. captured - refunded <= total; never taken twice.
 *  M2. Shipped means captured.
 *  M3. Cancelled means nothing authorised, and captured = refunded.
 *  M4. No money is touched without held stock.
 *  M5. Each object of the provider is one entry, and the sums are the provider's.
 *  M6. Stock is released only after the provider's final no. Who paid in time gets the order.
 *  M7. Refunds never exceed what was captured (the provider of a history says so, too: provider.ts).
 *  M8. Lost, doubled and reordered events change time alone: at the end all of this holds, whatever became of them.
 * M10. An authorisation that lapsed is known.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Order } from '../../../order_service/src/domain/order.ts'
import type { Payment } from '../../../payment_service/src/domain/payment.ts'
import { Violation } from '../../core/history.ts'
import type { DomainHistory } from '../mix.ts'
import type { OrderModel } from '../order_model.ts'
import type { StockModel } from '../stock_model.ts'
import type { PaymentModel, PaymentWrite } from './payment_model.ts'
import type { Provider } from './provider.ts'
import type { Intent, ProviderPayment } from './provider_payment.ts'

export type PaymentOracle = {
  check(): void
  /** An authorisation of it is given up. */
  givenUp(orderId: string): void
  /** An order says that it cannot be shipped for want of money. */
  notShipped(orderId: string): void
  /** Nothing is to be asked of the provider, and order_service knows all of it. */
  isQuiet(): boolean
  /** Has its buyer paid, or begun to get it back? */
  hasMoney(orderId: string): boolean
  checkEnd(): void
}

const SHOP = 'system'

export function createPaymentOracle(
  { sometimes, broken }: DomainHistory,
  model: PaymentModel,
  provider: Provider,
  orders: OrderModel,
  stock: StockModel,
): PaymentOracle {
  let checked = 0

  const checkWrite = ({ before, after }: PaymentWrite) => {
    const { payment } = after
    const { orderId, history, version, entries } = payment
    if (history.length !== version) throw new Violation(`M5. The payment of ${orderId} lost a change`)
    const ids = entries.map(({ id }) => id)
    const keys = payment.refunds.map(({ key }) => key)
    if (new Set(keys).size !== keys.length) throw new Violation(`M7. One request refunded ${orderId} twice`)
    if (new Set(ids).size !== ids.length) throw new Violation(`M5. An entry of ${orderId} was added twice`)
    if (!before) return
    const was = before.payment
    if (
      !isDeepStrictEqual(history.slice(0, was.version), was.history) ||
      !isDeepStrictEqual(entries.slice(0, was.entries.length), was.entries)
    )
      throw new Violation(`M5. What was known of the payment of ${orderId} was changed`)
    for (const refund of was.refunds)
      if (!payment.refunds.some(({ id }) => id === refund.id))
        throw new Violation(`M7. The refund ${refund.id} of ${orderId} was forgotten`)
    const added = history.slice(was.version).map(({ type }) => type)
    if (added.includes('kept')) sometimes('a payment came before its time was over, and was kept')
    if (added.includes('expired')) sometimes('a lapsed authorisation was noticed')
  }

  const checkMoney = (paid: ProviderPayment) => {
    const { orderId, page, intent, amountMinor } = paid
    const { order } = orders.orders.get(orderId)!
    const { status } = order
    const held = stock.reservations.get(orderId)?.status
    const isPayable = page === 'open'
    const isAuthorised = intent?.status === 'authorised'
    if (amountMinor !== order.checkout?.totalMinor)
      throw new Violation(
        `M1. ${orderId} costs ${order.checkout?.totalMinor}, and is paid with ${amountMinor}`,
      )
    if (intent && intent.capturedMinor > amountMinor)
      throw new Violation(`M1. ${intent.capturedMinor} of ${orderId} were captured; it costs ${amountMinor}`)
    // What was captured of an order that is cancelled is given back, which may take days: nothing more can be taken, and its stock is free.
    const isOwedBack = keeps(intent) && status !== 'cancelling'
    if (isPayable || isAuthorised || isOwedBack) {
      if (held !== 'held' && held !== 'shipped')
        throw new Violation(`M6. ${orderId} has money or a page, and its stock is ${held ?? 'not held'}`)
    }
    const isShipped = status === 'shipped' || status === 'delivered'
    if (isShipped && intent?.capturedMinor !== amountMinor)
      throw new Violation(
        `M2. ${orderId} is ${status}, and ${intent?.capturedMinor ?? 0} of it were captured`,
      )
    if ((status === 'cancelled' || status === 'rejected') && (isPayable || isAuthorised || keeps(intent)))
      throw new Violation(`M3. ${orderId} is ${status}, and its money was not given back`)
  }

  const checkTwice = (all: readonly ProviderPayment[]) => {
    const taken = new Set<string>()
    for (const { orderId, intent } of all) {
      if (!intent || intent.status === 'cancelled') continue
      if (taken.has(orderId)) throw new Violation(`M1. ${orderId} was paid twice`)
      taken.add(orderId)
    }
  }

  const ofOrder = (orderId: string) => provider.payments().filter((each) => each.orderId === orderId)
  const intentOf = (orderId: string) => ofOrder(orderId).find(({ intent }) => intent)?.intent

  return {
    check() {
      for (; checked < model.writes.length; checked++) checkWrite(model.writes[checked]!)
      const all = provider.payments()
      all.forEach(checkMoney)
      checkTwice(all)
      for (const { order } of orders.orders.values()) checkShipment(order, all)
    },
    givenUp(orderId) {
      const { history } = orders.orders.get(orderId)!.order
      const asked = history.some(({ status, by }) => status === 'cancelling' && by !== SHOP)
      if (!asked)
        return broken(`M6. ${orderId} was paid, and its money was given up, for which no person had asked`)
      sometimes('an order was cancelled after it was paid')
    },
    notShipped(orderId) {
      const intent = intentOf(orderId)
      if (intent?.status === 'authorised')
        return broken(`M2. The money of ${orderId} can be captured, and it is not shipped`)
      sometimes('an order whose money had lapsed was not shipped')
    },
    isQuiet: () =>
      [...model.payments.values()].every(
        ({ payment, hintedVersion }) =>
          hintedVersion === payment.version && isUpToDate(payment, ofOrder(payment.orderId)),
      ),
    hasMoney: (orderId) => intentOf(orderId) !== undefined,
    checkEnd() {
      for (const { payment } of model.payments.values()) {
        const { orderId, method, history } = payment
        if (method !== 'card') continue
        const differs = differenceOf(payment, ofOrder(orderId))
        if (differs) throw new Violation(`M5. The payment of ${orderId} says ${differs}`)
        if (!isUpToDate(payment, ofOrder(orderId)))
          throw new Violation(`M8. The payment of ${orderId} never came to an end: it is ${payment.state}`)
        const intent = intentOf(orderId)
        if (intent?.lapsed && !history.some(({ type }) => type === 'expired' || type === 'cancel_requested'))
          throw new Violation(`M10. The authorisation of ${orderId} lapsed unnoticed`)
      }
    },
  }
}

/** M2, of those that were paid by card and have no payment at all. */
function checkShipment({ id, status, checkout }: Order, all: readonly ProviderPayment[]) {
  if (checkout?.payment?.method !== 'card' || (status !== 'shipped' && status !== 'delivered')) return
  if (!all.some(({ orderId, intent }) => orderId === id && intent?.status === 'captured'))
    throw new Violation(`M2. ${id} is ${status}, and was never paid`)
}

/** What was captured and not given back yet. */
const keeps = (intent: Intent | undefined): boolean =>
  intent !== undefined && intent.capturedMinor > madeOf(intent)

const madeOf = ({ refunds }: Intent): number =>
  [...refunds.values()].reduce(
    (sum, { amountMinor, state }) => sum + (state === 'succeeded' ? amountMinor : 0),
    0,
  )

const isUpToDate = (payment: Payment, pages: readonly ProviderPayment[]): boolean =>
  payment.method !== 'card' ||
  (differenceOf(payment, pages) === undefined &&
    payment.state !== 'cancelling' &&
    !(payment.wish.kind === 'capture' && payment.state === 'authorised') &&
    payment.refunds.every(({ state }) => state === 'succeeded' || state === 'failed'))

/** What the payment says that the provider does not; undefined: nothing. */
function differenceOf({ entries, state }: Payment, pages: readonly ProviderPayment[]): string | undefined {
  const sum = (kind: string) =>
    entries.reduce((total, entry) => total + (entry.kind === kind ? entry.amountMinor : 0), 0)
  const intents = pages.flatMap(({ intent }) => intent ?? [])
  const captured = intents.reduce((total, intent) => total + intent.capturedMinor, 0)
  const refunded = intents.reduce((total, intent) => total + madeOf(intent), 0)
  if (sum('capture') !== captured) return `${sum('capture')} were captured; it is ${captured}`
  if (sum('refund') !== refunded) return `${sum('refund')} were refunded; it is ${refunded}`
  const isAuthorised = intents.some(({ status }) => status === 'authorised')
  if (isAuthorised !== (state === 'authorised') && state !== 'cancelling')
    return `it is ${state}; it is ${isAuthorised ? '' : 'not '}authorised`
  const isOpen = pages.some(({ page }) => page === 'open')
  if (isOpen !== (state === 'open') && state !== 'cancelling' && pages.length > 0)
    return `it is ${state}; its page is ${isOpen ? 'open' : 'closed'}`
  return undefined
}
