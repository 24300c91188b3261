/** What may happen in a history of the domain: each fault and each habit of its clients, with its highest probability. */
import type { History } from '../core/history.ts'

export const FAULTS = {
  'a message is lost': 0.2,
  'an answer is lost': 0.2,
  'a message comes twice': 0.2,
  'a message comes after its deadline': 0.15,
  'messages overtake each other': 0.4,
  'a store call fails': 0.1,
  'a store call fails after it was applied': 0.1,
  'a process is killed at an await': 0.02,
  'a process is killed between two steps': 0.3,
  // For each process, once in a history:
  'a process is killed': 0.9,
  'a process is paused': 0.7,
  'a neighbour is slow': 0.5,
  'a process is cut off': 0.6,
  'a process is heard by no other': 0.5,
  'a clock is wrong': 0.7,
  'a clock jumps': 0.6,
  // For each store, once in a history:
  'a disk is full': 0.5,
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
  'a buyer looks at the orders of another': 0.3,
  'a buyer pays an old price': 0.4,
  'a buyer names a wrong price': 0.2,
  'staff ships': 1,
  'staff cancels': 0.3,
  'staff names the version': 0.8,
  'staff has an old page': 0.8,
  'an operator recovers a reservation': 0.5,
  'a merchant names the version': 1,
  'a merchant has an old page': 0.8,
  'a merchant sets the stock': 0.5,
  'a merchant removes a product': 0.25,
  'a merchant adjusts the stock': 0.4,
  'two tabs refresh at once': 0.8,
  'a holder comes back later': 0.8,
  'a night passes': 0.3,
  'a holder mistypes the password': 0.5,
  'a holder changes the password': 0.3,
  'a holder changes the password on two devices at once': 0.5,
  'a holder logs out': 0.2,
  'a holder presents an old token': 0.5,
  'an operator rotates the keys': 0.6,
  'an operator deletes an account': 0.6,
  'an operator resets a password': 0.8,
} as const
export type Habit = keyof typeof HABITS

export type DomainHistory = History<FaultKind>
