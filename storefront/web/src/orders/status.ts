/**
 * Colours and icons for the statuses of an order. The only file of the pages, besides the catalogues of their texts, that
 * names a status. Which status may follow, and who may set it, comes from the order service (`allowed` of each order, and
 * @shop/client/generated/order_statuses).
 */
import { EXPECTED_STATUSES, FINAL_STATUSES } from '@shop/client/generated/order_statuses'
import type { Order, OrderStatus } from '../api/types.ts'
import type { BadgeTone } from '../ui/badge.tsx'
import type { IconName } from '../ui/icon.tsx'

/** The outcome of an order, as the figures of the shop count it. */
export type Outcome = 'sold' | 'open' | 'called_off' | 'declined'

type Look = {
  readonly tone: BadgeTone
  readonly icon: IconName
  /** Its buyer is thanked right after the order was placed. */
  readonly thanked?: true
  readonly outcome: Outcome
  /** Its payment is under way; the steps that follow are those after `like`. */
  readonly like?: OrderStatus
}

/** In the order in which the pages show them. Their texts are in the catalogue (language/en/orders.ts). */
export const STATUS: Readonly<Record<OrderStatus, Look>> = {
  pending: { tone: 'info', icon: 'clock', outcome: 'open' },
  awaiting_payment: { tone: 'info', icon: 'clock', outcome: 'open', like: 'pending' },
  confirmed: { tone: 'good', icon: 'check', thanked: true, outcome: 'sold' },
  capturing: { tone: 'info', icon: 'clock', outcome: 'sold', like: 'confirmed' },
  shipped: { tone: 'good', icon: 'truck', outcome: 'sold' },
  delivered: { tone: 'good', icon: 'gift', outcome: 'sold' },
  cancelling: { tone: 'warn', icon: 'clock', outcome: 'open' },
  cancelled: { tone: 'neutral', icon: 'back', outcome: 'called_off' },
  rejected: { tone: 'bad', icon: 'close', outcome: 'declined' },
}

const SHOWN = Object.keys(STATUS) as OrderStatus[]
const FINAL: readonly OrderStatus[] = FINAL_STATUSES
const EXPECTED: readonly OrderStatus[] = EXPECTED_STATUSES

export const isFinal = (status: OrderStatus): boolean => FINAL.includes(status)
const isPaying = (status: OrderStatus) => STATUS[status].like !== undefined
/** Of orders that wait for a payment. */
export const PAYING: readonly OrderStatus[] = SHOWN.filter(isPaying)
export const OPEN: readonly OrderStatus[] = SHOWN.filter((status) => !isFinal(status) && !isPaying(status))
export const CLOSED: readonly OrderStatus[] = SHOWN.filter(isFinal)
/** The column of the board that a narrow screen shows first: orders that wait for the shopkeeper. */
export const FIRST_COLUMN: OrderStatus = 'confirmed'

/** Accepted, but the stock is not held yet. */
export const isUndecided = ({ status }: Pick<Order, 'status'>): boolean => status === 'pending'

/** The next steps of an order that goes well; empty for others. */
export function stepsAfter(status: OrderStatus): readonly OrderStatus[] {
  const like = STATUS[status].like ?? status
  return EXPECTED.includes(like) ? EXPECTED.slice(EXPECTED.indexOf(like) + 1) : []
}

/** Its buyer may pay now. */
export const isPayable = ({ status }: Pick<Order, 'status'>): boolean => status === 'awaiting_payment'

/** It leaves or has left: how its parcel is followed may be said, or corrected. */
export const isOnItsWay = ({ status }: Pick<Order, 'status'>): boolean =>
  status === 'capturing' || status === 'shipped'

/** Only what was shipped can come back. */
export const canComeBack = ({ status }: Pick<Order, 'status'>): boolean =>
  status === 'shipped' || status === 'delivered'

/** A status that a person may set. */
export type TargetStatus = Order['allowed'][number]

/** In the order of their buttons. */
export const TARGETS: readonly TargetStatus[] = ['shipped', 'delivered', 'cancelled']
export const SHIP: TargetStatus = 'shipped'
export const CANCEL: TargetStatus = 'cancelled'

/** The statuses that this visitor may set for this order. */
export const actionsOf = ({ allowed }: Pick<Order, 'allowed'>): readonly TargetStatus[] =>
  TARGETS.filter((move) => allowed.includes(move))
