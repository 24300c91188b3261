/** What the states of an order are called, on all pages, and how each looks. */
import type { Order, OrderStatus } from '../api/types.ts'
import type { BadgeTone } from '../ui/badge.tsx'
import type { IconName } from '../ui/icon.tsx'

type Look = {
  readonly words: string
  readonly tone: BadgeTone
  readonly icon: IconName
  /** To its buyer, while it stands there. */
  readonly text: string
  /** Where no order stands there. */
  readonly none: string
}

export const STATUS: Readonly<Record<OrderStatus, Look>> = {
  pending: {
    words: 'Processing',
    tone: 'info',
    icon: 'clock',
    text: 'We have your order: it is written down and will not be lost.',
    none: 'Nothing waits for an answer.',
  },
  confirmed: {
    words: 'Confirmed',
    tone: 'good',
    icon: 'check',
    text: 'Your items are held for you.',
    none: 'Nothing waits to be shipped.',
  },
  shipped: {
    words: 'Shipped',
    tone: 'good',
    icon: 'truck',
    text: 'On its way to you.',
    none: 'Nothing is on the road.',
  },
  delivered: {
    words: 'Delivered',
    tone: 'good',
    icon: 'gift',
    text: 'Enjoy.',
    none: 'Nothing has arrived yet.',
  },
  rejected: {
    words: 'Declined',
    tone: 'bad',
    icon: 'close',
    text: 'Nothing was bought.',
    none: 'Nothing was declined.',
  },
  cancelling: {
    words: 'Cancelling',
    tone: 'warn',
    icon: 'clock',
    text: 'The items go back on the shelf.',
    none: 'Nothing is being cancelled.',
  },
  cancelled: {
    words: 'Cancelled',
    tone: 'neutral',
    icon: 'back',
    text: 'Nothing is held for you any more.',
    none: 'Nothing was cancelled.',
  },
}

/** Why an order was declined. */
export const DECLINED: Readonly<Record<NonNullable<Order['rejection']>['reason'], string>> = {
  insufficient_stock: 'There was not enough stock.',
  price_changed: 'The price was not what the order said.',
  product_not_found: 'A product was not for sale any more.',
}

/** Nothing is left to be done about it. */
const FINAL: readonly OrderStatus[] = ['delivered', 'cancelled', 'rejected']
export const isFinal = (status: OrderStatus): boolean => FINAL.includes(status)
export const OPEN: readonly OrderStatus[] = ['pending', 'confirmed', 'shipped', 'cancelling']
export const CLOSED = FINAL
