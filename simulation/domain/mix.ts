/** What may happen in a history of the domain: each fault and each habit of its clients, with its highest probability. */
import type { History } from '../core/history.ts'

export const FAULTS = {
  request_lost: 0.2,
  answer_lost: 0.2,
  request_twice: 0.2,
  message_late: 0.15,
  reordered: 0.4,
  store_fails: 0.1,
  store_answer_lost: 0.1,
  kill_at_await: 0.02,
  pause_at_await: 0.01,
  kill_at_crash_point: 0.3,
  event_lost: 0.9,
  refund_fails: 0.6,
  refund_refused: 0.5,
  // For each process, once in a history:
  kill: 0.9,
  pause: 0.7,
  slow_host: 0.5,
  partition: 0.6,
  partition_one_way: 0.5,
  clock_wrong: 0.7,
  clock_jump: 0.6,
  // For each store, once in a history:
  disk_full: 0.5,
} as const
export type FaultKind = keyof typeof FAULTS

/** The probability of each in one step of a client. */
export const HABITS = {
  'all want one product': 1,
  'a cart has two products': 0.8,
  'a key is used again': 0.4,
  'a key is used for something else': 0.3,
  'a buyer sends twice at once': 0.4,
  'a buyer cancels': 0.6,
  'a buyer cancels early': 0.6,
  'a buyer names the version': 0.8,
  'a buyer looks at the orders of another': 0.3,
  'a buyer pays an old price': 0.4,
  'a buyer names a wrong price': 0.2,
  'a buyer pays while cancelling': 0.4,
  'a buyer leaves the page': 0.4,
  'staff ships': 1,
  'staff cancels': 0.3,
  'staff names the version': 1,
  'staff has an old page': 1,
  'an operator recovers a reservation': 0.5,
  'a merchant names the version': 1,
  'a merchant has an old page': 0.8,
  'a merchant sets the stock': 0.9,
  'a merchant removes a product': 0.25,
  'a merchant adjusts the stock': 0.4,
  'two tabs refresh at once': 0.8,
  'a holder comes back later': 0.8,
  'a night passes': 0.3,
  'a holder mistypes the password': 0.5,
  'a holder changes the password': 0.6,
  'a holder changes the password on two devices at once': 0.5,
  'a holder logs out': 0.2,
  'a holder presents an old token': 0.5,
  'an operator rotates the keys': 0.6,
  'an operator deletes an account': 0.6,
  'an operator resets a password': 0.8,
} as const
export type Habit = keyof typeof HABITS

export type DomainHistory = History<FaultKind>
