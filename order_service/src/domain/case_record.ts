/** A case as stores hold it: a flat record, whose body is JSON. `readCase` validates every record read. */

import { type Bodies, CASE_KINDS, type Case, type CaseKind } from './cases.ts'
import { LANGUAGES } from './checkout_settings.ts'
import { checks, type Fields, type Unchecked } from './record_fields.ts'
import {
  REFUND_STATES,
  RESTOCK_STATES,
  RETURN_CHANGES,
  RETURN_STATES,
  type Receipt,
  type Return,
  type ReturnsBody,
  refundOwedSince,
} from './returns.ts'
import { RECEIPT_MAILS, WITHDRAWAL_CHANGES, type WithdrawalBody } from './withdrawals.ts'

const CASE = checks('its fields are not those of a case')
const { text, count, list, objects, optional, oneOf } = CASE

export type CaseRecord = Omit<Case, 'body'> & { readonly body: string }

export const recordOf = ({ body, ...fields }: Case): CaseRecord => ({ ...fields, body: JSON.stringify(body) })

/** Of returns, for a gauge: stores keep it with the case. */
export const refundOwedIn = ({ body }: Pick<Case, 'body'>): string | undefined =>
  'returns' in body ? refundOwedSince(body) : undefined

export function readCase(record: Unchecked<CaseRecord>): Case {
  const kind = oneOf(CASE_KINDS, record.kind)
  const body = READERS[kind](CASE.object(JSON.parse(text(record.body))))
  const version = count(record.version)
  if (body.history.length !== version) return CASE.fail()
  return {
    ...{ kind, body, version, id: text(record.id), state: text(record.state), subject: text(record.subject) },
    ...{ key: optional(text, record.key), dueAt: optional(text, record.dueAt) },
    ...{ createdAt: text(record.createdAt), updatedAt: text(record.updatedAt) },
    ...{ attempts: count(record.attempts), fence: count(record.fence) },
    erasedAt: optional(text, record.erasedAt),
  }
}

const line = ({ productId, quantity }: Fields) => ({ productId: text(productId), quantity: count(quantity) })

const receipt = (fields: Fields): Receipt => ({
  ...{ id: text(fields.id), key: optional(text, fields.key), at: text(fields.at), by: text(fields.by) },
  lines: objects(fields.lines, (each) => ({ ...line(each), restock: each.restock === true })),
  ...{ refundsShipping: fields.refundsShipping === true, shippingLeftOut: fields.shippingLeftOut === true },
  restock: oneOf(RESTOCK_STATES, fields.restock),
  refund: oneOf(REFUND_STATES, fields.refund),
  setsOff: fields.setsOff === true,
  ...{ refundMinor: optional(count, fields.refundMinor), setOffMinor: optional(count, fields.setOffMinor) },
  refusal: optional(text, fields.refusal),
})

const oneReturn = (fields: Fields): Return => ({
  ...{ id: text(fields.id), key: optional(text, fields.key), at: text(fields.at), by: text(fields.by) },
  state: oneOf(RETURN_STATES, fields.state),
  lines: objects(fields.lines, line),
  reason: optional(text, fields.reason),
  note: optional(text, fields.note),
  withdrawalId: optional(text, fields.withdrawalId),
  receipts: objects(fields.receipts, receipt),
})

const returns = ({ returns: all, history }: Fields): ReturnsBody => ({
  returns: objects(all, oneReturn),
  history: objects(history, (entry) => ({
    ...{ type: oneOf(RETURN_CHANGES, entry.type), at: text(entry.at), by: text(entry.by) },
    ...{ returnId: text(entry.returnId), receiptId: optional(text, entry.receiptId) },
    ...{ lines: objects(entry.lines, line), amountMinor: optional(count, entry.amountMinor) },
  })),
})

const withdrawal = ({ statement, history, ...fields }: Fields): WithdrawalBody => {
  const said = CASE.object(statement)
  return {
    statement: {
      ...{ orderNumber: text(said.orderNumber), name: text(said.name), email: text(said.email) },
      ...{ goods: optional(text, said.goods), language: oneOf(LANGUAGES, said.language) },
    },
    mail: oneOf(RECEIPT_MAILS, fields.mail),
    ...{ orderId: optional(text, fields.orderId), isMatched: fields.isMatched === true },
    ...{ returnId: optional(text, fields.returnId), note: optional(text, fields.note) },
    history: list(history, (each) => {
      const { type, at, by } = CASE.object(each)
      return { type: oneOf(WITHDRAWAL_CHANGES, type), at: text(at), by: text(by) }
    }),
  }
}

const READERS: { readonly [Kind in CaseKind]: (body: Fields) => Bodies[Kind] } = {
  return: returns,
  withdrawal,
}
