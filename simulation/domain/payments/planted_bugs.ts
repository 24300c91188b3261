/** Bugs about money that the histories must find: at least one for each invariant that they check (M1 to M8, M10). */
import type { PlantedBug } from '../planted_bugs.ts'

const ORDERS = 'order_service/src/domain'
const CLIENT = 'order_service/src/clients/payment_client.ts'
const PAYMENTS = 'payment_service/src/domain'

export const PAYMENT_BUGS: readonly PlantedBug[] = [
  {
    name: 'M1: shipping is not paid',
    path: CLIENT,
    from: '    amount_minor: grandTotalMinor(order),',
    to: '    amount_minor: order.totalMinor,',
    seeds: 100,
  },
  {
    name: 'M1: each attempt opens a page of its own',
    path: `${PAYMENTS}/drive.ts`,
    from: 'await provider.open(payment)',
    to: 'await provider.open({ ...payment, opening: payment.opening + stored.schedule.revision * 100 + stored.schedule.fence })',
    seeds: 500,
  },
  {
    name: 'M2: what is authorised counts as captured',
    path: `${ORDERS}/payment_steps.ts`,
    from: "    state === 'captured' || (state === 'authorised' &&",
    to: "    state === 'captured' || state === 'authorised' || (state === 'open' &&",
    seeds: 2_000,
  },
  {
    name: 'M2: an order is shipped without its money',
    path: `${ORDERS}/transitions.ts`,
    from: 'return isPaid(order) ? capture(order, by, now) : ship(order, by, now)',
    to: 'return ship(order, by, now)',
    seeds: 300,
  },
  {
    name: 'M3: a payment that is being cancelled counts as ended',
    path: `${ORDERS}/payment_steps.ts`,
    from: "  if (state !== 'cancelled' && state !== 'failed') throw notYet(state)\n  ports.reached('payment_ended')",
    to: "  ports.reached('payment_ended')",
    seeds: 500,
  },
  {
    name: 'M3: what was captured is kept after a cancellation',
    path: `${PAYMENTS}/apply_snapshot.ts`,
    from: 'hasEnded && captured <= refunded && !isUnderWay',
    to: 'hasEnded && !isUnderWay',
    seeds: 500,
  },
  {
    name: 'M3: an unknown payment counts as cancelled',
    path: CLIENT,
    from: "      if (answer !== 'payment_not_found') return stateOf(order, answer)",
    to: "      if (answer === 'payment_not_found') return 'cancelled'\n      return stateOf(order, answer)",
    seeds: 2_000,
  },
  {
    name: 'M4: stock is not held for an order that is paid',
    path: `${ORDERS}/settle_order.ts`,
    from: "    answer.status !== 'held'\n      ? reject(",
    to: "    answer.status !== 'held' && !isPaid(order)\n      ? reject(",
    seeds: 50,
  },
  {
    name: 'M5: an entry is added each time that it is read',
    path: `${PAYMENTS}/apply_snapshot.ts`,
    from: 'seen.entries.filter(({ id }) => !known.has(id))',
    to: 'seen.entries',
    seeds: 100,
  },
  {
    name: 'M6: stock is released before the provider has answered',
    path: `${ORDERS}/schedule.ts`,
    from: "isPaid(order) && order.cancelledFrom !== 'pending' ? 'payments' : 'stock'",
    to: "'stock'",
    seeds: 100,
  },
  {
    name: 'M6: what was paid in time is given up',
    path: `${PAYMENTS}/apply_snapshot.ts`,
    from: "  wish.kind === 'cancel' && wish.reason === 'time_over' &&",
    to: "  wish.kind === 'cancel' && wish.reason === 'over' &&",
    seeds: 1_000,
  },
  {
    name: 'M6: when its time is over the provider is not asked',
    path: `${ORDERS}/payment_steps.ts`,
    from: "      : await ports.payments.cancel(order, 'time_over')",
    to: "      : 'failed'",
    seeds: 1_000,
  },
  {
    name: 'M7: refunds are not limited by what was captured',
    path: `${PAYMENTS}/changes.ts`,
    from: 'if (amountMinor > left || (amountMinor === 0 && !parts))',
    to: 'if (amountMinor === 0 && !parts)',
    seeds: 1_000,
  },
  {
    name: 'M7: a repeated refund is another one',
    path: `${PAYMENTS}/requests.ts`,
    from: '      if (!before) return requestRefund',
    to: '      return requestRefund',
    seeds: 1_000,
  },
  {
    name: 'M7: a payment is saved over another change',
    path: 'simulation/domain/payments/payment_model.ts',
    from: 'schedule.revision === revision && schedule.fence === fence',
    to: 'true',
    seeds: 500,
  },
  {
    name: 'M8: a refund is not read again without its event',
    path: `${PAYMENTS}/schedule.ts`,
    from: "  if (isRefunding || payment.wish.kind !== 'pay') return between(",
    to: "  if (payment.wish.kind === 'cancel') return between(",
    seeds: 2_000,
  },
  {
    name: 'M10: an authorisation that lapsed is like any other failure',
    path: `${PAYMENTS}/apply_snapshot.ts`,
    from: "ended === 'expired' ? 'expired' : 'failed'",
    to: "ended === 'declined' ? 'expired' : 'failed'",
    seeds: 500,
  },
]
