import type { ReactNode } from 'react'
import { plurals, sentence } from '../sentence.ts'

const count = plurals('en')

/** By the status of an order. `none` is shown when no order has it; `text` and `thanks` are for its buyer. */
export const status = {
  pending: {
    label: 'Processing',
    text: 'We have your order. It is saved and will not be lost.',
    total: 'Total',
    none: 'No order is being processed.',
  },
  awaiting_payment: {
    label: 'Awaiting payment',
    text: 'Your items are held for you until you have paid.',
    total: 'Total',
    none: 'No order is waiting for its payment.',
  },
  confirmed: {
    label: 'Confirmed',
    text: 'Your items are held for you.',
    total: 'Total',
    none: 'No order is waiting to be shipped.',
  },
  capturing: {
    label: 'Collecting payment',
    text: 'Your payment is being collected, and then your order leaves.',
    total: 'Total',
    none: 'No payment is being collected.',
  },
  shipped: {
    label: 'Shipped',
    text: 'On its way to you.',
    total: 'Total',
    none: 'No order is on its way.',
  },
  delivered: {
    label: 'Delivered',
    text: 'Enjoy.',
    total: 'Total',
    none: 'No order has arrived yet.',
  },
  cancelling: {
    label: 'Cancelling',
    text: 'The items are being released.',
    total: 'Total',
    none: 'No order is being cancelled.',
  },
  cancelled: {
    label: 'Cancelled',
    text: 'Nothing is held for you any more.',
    total: 'Cancelled',
    none: 'No order was cancelled.',
  },
  rejected: {
    label: 'Declined',
    text: 'Nothing was bought.',
    total: 'Not bought',
    none: 'No order was declined.',
  },
}

/** Labels of the buttons that set a status. */
export const statusActions = { shipped: 'Ship', delivered: 'Mark as delivered', cancelled: 'Cancel' }

/** Why an order was declined. */
export const rejections = {
  insufficient_stock: { sentence: 'There was not enough stock.', counted: 'not enough stock' },
  price_changed: { sentence: 'The price was not what the order said.', counted: 'price had changed' },
  product_not_found: {
    sentence: 'A product was not for sale any more.',
    counted: 'not for sale any more',
  },
}

export const orders = {
  tab: 'Orders',
  title: 'Your orders',
  none: 'No orders yet',
  noneMore: 'What you order appears here, with every step it takes.',
  newer: 'Newer',
  older: 'Older',
}

export const order = {
  tab: 'Order',
  thanks: 'Thank you. It’s yours.',
  gone: 'There is no such order',
  goneMore: 'You have no order with this number.',
  progress: 'Progress of the order',
  toCome: ', still to come',
  number: 'Order number',
  notUpdated: 'We cannot update this right now. You see the last known state.',
  live: 'Live: the next step appears here automatically.',
  polled: 'Updated every few seconds.',
  items: 'Items',
  of: (n: number) => count(n, { one: 'Order of # item', other: 'Order of # items' }),
  times: (n: number) => count(n, { other: '# × ' }),
  more: (n: number) => count(n, { other: ' and # more' }),
  cancel: 'Cancel this order',
  cancelAsk: 'Cancel this order?',
  cancelYes: 'Cancel the order',
  cancelNo: 'Keep it',
  cancelMore: 'The items that are held for you are released at once, and someone else may buy them.',
  isCancelled: 'Your order is cancelled',
  isCancelling: 'Your order is being cancelled',
  notCancelled: 'Your order could not be cancelled',
  hasMoved: 'The order has changed in the meantime. Please look at its status again.',
  holding: 'Holding your items …',
  waiting: 'Processing: your order is safe with us',
  waitingMore:
    'Our stock system is not answering at the moment. Your order is decided as soon as it does. There is no need to order again, and you can close this page.',
  declined: 'This order was declined, and nothing was bought',
  addAvailable: 'Add what is available to my cart',
  noneAvailable: 'None of these products is available any more',
  noAnswer: 'The shop did not answer',
  pleaseTryAgain: 'Please try again.',
  priceChanged: 'A price had changed.',
  totalChanged: (now: string, before: string) => `A price had changed: the total was ${now}, not ${before}.`,
  itemGone: 'An item is no longer sold.',
  anItem: 'An item',
  hadSoldOut: (name: ReactNode) => sentence`${name} had sold out.`,
  onlyLeft: (name: ReactNode, left: number, wanted: number) =>
    sentence`Of ${name} only ${count(left, { one: '# was', other: '# were' })} left; you wanted ${count(wanted, { other: '#' })}.`,
}
