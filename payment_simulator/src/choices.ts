/** What a visitor of the payment page may choose. No card number is ever asked. */

export const CHOICES = [
  { id: 'ok', name: 'Card: accepted' },
  { id: 'declined', name: 'Card: declined' },
  { id: 'insufficient_funds', name: 'Card: not enough money on it' },
  { id: '3ds_passed', name: 'Card with 3-D Secure: confirmed at the bank' },
  { id: '3ds_failed', name: 'Card with 3-D Secure: refused at the bank' },
  { id: '3ds_abandoned', name: 'Card with 3-D Secure: left at the page of the bank' },
  { id: 'slow', name: 'Card: the bank answers after 20 seconds, and accepts' },
  { id: 'slow_declined', name: 'Card: the bank answers after 20 seconds, and declines' },
  { id: 'bank_debit', name: 'Bank debit: charged at once' },
] as const

export type Choice = (typeof CHOICES)[number]['id']

export const isChoice = (text: unknown): text is Choice => CHOICES.some(({ id }) => id === text)

/** Seconds of the provider's clock. */
export const SLOW_SECONDS = 20
