/**
 * What the checkout keeps in this browser, and what of it is forgotten when a session ends, so that the next visitor sees nothing of the
 * one before. Small, because every page loads it.
 */
import { forgetOrderTokens } from '../orders/order_token.ts'
import { browserStorage, tabStorage } from '../storage.ts'

/** As the owner of an attempt and of what was typed: a customer without an account. */
export const GUEST = 'guest'

export const keyOfAttempt = (owner: string) => `shop.attempt.${owner}`
export const keyOfBuyer = (owner: string) => `shop.buyer.${owner}`

/** What an account has typed. Its attempt stays: only the same account can ask what became of it. */
export const forgetBuyer = (userId: string): void => browserStorage.removeItem(keyOfBuyer(userId))

/** What a guest has typed, an attempt without an answer (the gateway forgets the guest as well), and the orders that this tab can open. */
export function forgetGuest(): void {
  tabStorage.removeItem(keyOfBuyer(GUEST))
  browserStorage.removeItem(keyOfAttempt(GUEST))
  forgetOrderTokens()
}
