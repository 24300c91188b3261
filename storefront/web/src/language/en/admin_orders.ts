import type { ReactNode } from 'react'
import { sentence } from '../sentence.ts'

/** How a parcel is followed. */
export const tracking = {
  title: 'Parcel',
  carrier: 'Carrier',
  number: 'Tracking number',
  numberNeeded: 'Type the number of the parcel.',
  none: 'No tracking number yet.',
  notYet: 'Not yet',
  saved: 'Tracking saved',
  notSaved: 'Not saved',
  ship: {
    title: 'Ship this order?',
    more: 'The buyer sees the number on the page of the order and in our mail. Without one the order ships all the same.',
    confirm: 'Ship the order',
  },
  add: {
    open: 'Add tracking',
    title: 'Add a tracking number',
    more: 'The buyer sees it on the page of the order. No mail is sent.',
    confirm: 'Save',
  },
  correct: {
    open: 'Correct',
    title: 'Correct the tracking number',
    more: 'The buyer sees it on the page of the order. No mail is sent.',
    confirm: 'Save',
  },
}

/** The orders of one customer. */
export const buyer = {
  title: 'Orders of a customer',
  ofAccount: 'What this account ordered.',
  byEmail: 'Every order with this e-mail address, with and without an account.',
  orders: 'Orders',
  orMore: (n: string) => `${n}+`,
  bought: 'Bought',
  boughtMore: 'without what was cancelled or declined',
  newest: (n: string) => `of the newest ${n} orders`,
  alsoBy: 'By e-mail address',
  allWith: (email: ReactNode) => sentence`All orders with ${email}`,
}
