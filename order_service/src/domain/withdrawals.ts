/**
 * A withdrawal from a contract, as EU law lets a consumer declare it (Directive 2011/83, Article 11a): without an account, without a reason, in
 * two steps, and with a receipt by e-mail.
 *
 * Invariants
 *  W1. A statement is recorded as it was made, with the time of the server, before anything is looked up: whether or not there is such
 *      an order, the answer is the same, and takes as long.
 *  W2. Its receipt has the content, date and time, and is handed over until notification_service has accepted it.
 *  W3. Only a statement with the number and the e-mail address of an order changes that order, and only as its buyer may: what was not
 *      shipped is cancelled, for what was shipped a return is opened. Any other waits for an admin, and so does one of many with this
 *      address: the number can be guessed.
 *  W4. Every change adds one entry to the history: its number is the version.
 */
import type { Language } from './checkout_settings.ts'
import { normalEmail } from './guests.ts'
import type { Order } from './order.ts'

export const ORDER_NUMBER_LENGTH_MAX = 40
export const NAME_LENGTH_MAX = 100
export const GOODS_LENGTH_MAX = 1_000

export type Statement = {
  /** As it was written. */
  readonly orderNumber: string
  readonly name: string
  readonly email: string
  /** Which goods; undefined: all of the order. */
  readonly goods: string | undefined
  readonly language: Language
}

/** `received`: it is looked at by itself. `open`: an admin has to. */
export const WITHDRAWAL_STATES = ['received', 'open', 'done'] as const
export type WithdrawalState = (typeof WITHDRAWAL_STATES)[number]

export const WITHDRAWAL_CHANGES = [
  ...(['received', 'receipt_sent', 'receipt_not_sent', 'unmatched', 'needs_admin'] as const),
  ...(['order_cancelled', 'return_opened', 'nothing_left', 'closed'] as const),
] as const
export type WithdrawalChange = (typeof WITHDRAWAL_CHANGES)[number]

export type WithdrawalEntry = { readonly type: WithdrawalChange; readonly at: string; readonly by: string }

/** `withheld`: too many were sent to this address. */
export const RECEIPT_MAILS = ['owed', 'sent', 'withheld', 'refused'] as const
export type ReceiptMail = (typeof RECEIPT_MAILS)[number]

export type WithdrawalBody = {
  readonly statement: Statement
  readonly mail: ReceiptMail
  /** Of the order with this number, also of another buyer. */
  readonly orderId: string | undefined
  /** Number and e-mail address are those of the order (W3). */
  readonly isMatched: boolean
  readonly returnId: string | undefined
  /** Of the admin who closed it. */
  readonly note: string | undefined
  readonly history: readonly WithdrawalEntry[]
}

export const newWithdrawal = (statement: Statement, at: string, isMailed: boolean): WithdrawalBody => ({
  ...{ statement, mail: isMailed ? 'owed' : 'withheld', isMatched: false },
  ...{ orderId: undefined, returnId: undefined, note: undefined },
  history: [{ type: 'received', at, by: 'system' }],
})

export const withEntry = (
  body: WithdrawalBody,
  type: WithdrawalChange,
  { at, by = 'system', ...changes }: { at: string; by?: string } & Partial<WithdrawalBody>,
): WithdrawalBody => ({ ...body, ...changes, history: [...body.history, { type, at, by }] })

/** Of an order as people write it: #10042, "No. 10042". Undefined if there is none in it. */
export function numberIn(text: string): number | undefined {
  const [digits, more] = text.match(/\d+/g) ?? []
  return digits === undefined || more !== undefined || digits.length > 15 ? undefined : Number(digits)
}

export const matches = ({ email }: Statement, { checkout, erasedAt }: Order): boolean =>
  checkout !== undefined && erasedAt === undefined && normalEmail(email) === normalEmail(checkout.email)

/** When the goods came: the period begins then. As far as it is known. */
export function arrivedAt({ history }: Order): string | undefined {
  const at = (status: string) => history.find((entry) => entry.status === status)?.at
  return at('delivered') ?? at('shipped')
}

const DAY_MS = 24 * 60 * 60_000

/** For the admin: a statement is recorded, and carried out, however late it is. */
export function isLate(order: Order, receivedAt: string, days: number): boolean {
  const since = arrivedAt(order)
  return since !== undefined && Date.parse(receivedAt) - Date.parse(since) > days * DAY_MS
}
