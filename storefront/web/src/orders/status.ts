/**
 * Labels, colours and icons for the statuses of an order. The only file of the pages that names a status. Which status
 * may follow, and who may set it, comes from the order service (`allowed` of each order, and
 * @shop/client/generated/order_statuses).
 */
import { EXPECTED_STATUSES, FINAL_STATUSES } from '@shop/client/generated/order_statuses'
import type { Order, OrderStatus } from '../api/types.ts'
import type { BadgeTone } from '../ui/badge.tsx'
import type { IconName } from '../ui/icon.tsx'

/** The outcome of an order, as the figures of the shop count it. */
export type Outcome = 'sold' | 'open' | 'called_off' | 'declined'

type Look = {
  readonly label: string
  readonly tone: BadgeTone
  readonly icon: IconName
  /** For its buyer, in this status. */
  readonly text: string
  /** For its buyer, right after the order was placed. */
  readonly thanks?: string
  /** Label of the sum of its lines. */
  readonly total: string
  /** Shown when no order has this status. */
  readonly none: string
  readonly outcome: Outcome
}

/** In the order in which the pages show them. */
export const STATUS: Readonly<Record<OrderStatus, Look>> = {
  pending: {
    label: 'Processing',
    tone: 'info',
    icon: 'clock',
    text: 'We have your order. It is saved and will not be lost.',
    total: 'Total',
    none: 'No order is being processed.',
    outcome: 'open',
  },
  confirmed: {
    label: 'Confirmed',
    tone: 'good',
    icon: 'check',
    text: 'Your items are held for you.',
    thanks: 'Thank you. It’s yours.',
    total: 'Total',
    none: 'No order is waiting to be shipped.',
    outcome: 'sold',
  },
  shipped: {
    label: 'Shipped',
    tone: 'good',
    icon: 'truck',
    text: 'On its way to you.',
    total: 'Total',
    none: 'No order is on its way.',
    outcome: 'sold',
  },
  delivered: {
    label: 'Delivered',
    tone: 'good',
    icon: 'gift',
    text: 'Enjoy.',
    total: 'Total',
    none: 'No order has arrived yet.',
    outcome: 'sold',
  },
  cancelling: {
    label: 'Cancelling',
    tone: 'warn',
    icon: 'clock',
    text: 'The items are being released.',
    total: 'Total',
    none: 'No order is being cancelled.',
    outcome: 'open',
  },
  cancelled: {
    label: 'Cancelled',
    tone: 'neutral',
    icon: 'back',
    text: 'Nothing is held for you any more.',
    total: 'Cancelled',
    none: 'No order was cancelled.',
    outcome: 'called_off',
  },
  rejected: {
    label: 'Declined',
    tone: 'bad',
    icon: 'close',
    text: 'Nothing was bought.',
    total: 'Not bought',
    none: 'No order was declined.',
    outcome: 'declined',
  },
}

/** Outcomes have the labels of the statuses that lead to them. */
export const OUTCOME_LABELS: Readonly<Record<Outcome, string>> = {
  sold: 'Sold',
  open: STATUS.pending.label,
  called_off: STATUS.cancelled.label,
  declined: STATUS.rejected.label,
}

const SHOWN = Object.keys(STATUS) as OrderStatus[]
const FINAL: readonly OrderStatus[] = FINAL_STATUSES
const EXPECTED: readonly OrderStatus[] = EXPECTED_STATUSES

export const isFinal = (status: OrderStatus): boolean => FINAL.includes(status)
export const OPEN: readonly OrderStatus[] = SHOWN.filter((status) => !isFinal(status))
export const CLOSED: readonly OrderStatus[] = SHOWN.filter(isFinal)
/** The column of the board that a narrow screen shows first: orders that wait for the shopkeeper. */
export const FIRST_COLUMN: OrderStatus = 'confirmed'

/** Accepted, but the stock is not held yet. */
export const isUndecided = ({ status }: Pick<Order, 'status'>): boolean => status === 'pending'

/** The next statuses of an order that goes well; empty for others. */
export const stepsAfter = (status: OrderStatus): readonly OrderStatus[] =>
  EXPECTED.includes(status) ? EXPECTED.slice(EXPECTED.indexOf(status) + 1) : []

/** A status that a person may set. */
export type TargetStatus = Order['allowed'][number]

/** Labels of the buttons, in their order. */
export const STATUS_ACTIONS: Readonly<Record<TargetStatus, string>> = {
  shipped: 'Ship',
  delivered: 'Mark as delivered',
  cancelled: 'Cancel',
}
export const SHIP: TargetStatus = 'shipped'
export const CANCEL: TargetStatus = 'cancelled'

/** The statuses that this visitor may set for this order. */
export const actionsOf = ({ allowed }: Pick<Order, 'allowed'>): readonly TargetStatus[] =>
  (Object.keys(STATUS_ACTIONS) as TargetStatus[]).filter((move) => allowed.includes(move))
