/** A payment as a row of SQLite, and its entries in a table of their own (M5). */
import type { SQLInputValue } from 'node:sqlite'
import type { Row } from '@shop/service_kit/sqlite/rows'
import { owedSince } from '../domain/give_back.ts'
import { refundsOf, sumsOf } from '../domain/payment.ts'
import { readPayment } from '../domain/payment_record.ts'
import type { Stored } from '../domain/schedule.ts'

export const OWN_COLUMNS = `order_id, method, state, amount_minor, currency, user_id, intent_id, captured_minor, refunded_minor,
  refunds_minor, capture_before, place, refunds, history, version, revision, hinted_version, created_at, updated_at, due_at,
  attempts, fence, owed_since`

/** What a save changes; the last two are the condition. */
export const CHANGED_COLUMNS = `state = ?, intent_id = ?, captured_minor = ?, refunded_minor = ?, refunds_minor = ?,
  capture_before = ?, place = ?, refunds = ?, history = ?, version = ?, updated_at = ?, due_at = ?, attempts = ?,
  owed_since = ?`

/** With its entries, in the order in which they were added. */
export const COLUMNS = `${OWN_COLUMNS}, (SELECT json_group_array(json_object('id', id, 'kind', kind, 'amountMinor',
  entries.amount_minor, 'at', at)) FROM entries INDEXED BY entries_by_order WHERE entries.order_id = payments.order_id)`

const placeOf = ({ payment }: Stored) => {
  const { orderTokenHash, email, description, language, expiresAt, bill, opening } = payment
  const { sessionExpiresAt, sessionId, checkoutUrl, wish, phase, paidAt } = payment
  return JSON.stringify({
    ...{ orderTokenHash, email, description, language, expiresAt, bill, opening },
    ...{ sessionExpiresAt, sessionId, checkoutUrl, wish, phase, paidAt },
  })
}

export function changedValues(stored: Stored): SQLInputValue[] {
  const { payment, schedule } = stored
  const { captured, refunded } = sumsOf(payment)
  return [
    payment.state,
    payment.intentId ?? null,
    captured,
    refunded,
    refundsOf(payment),
    payment.captureBefore ?? null,
    placeOf(stored),
    JSON.stringify(payment.refunds),
    JSON.stringify(payment.history),
    payment.version,
    payment.updatedAt,
    schedule.dueAt ?? null,
    schedule.attempts,
    owedSince(payment) ?? null,
  ]
}

export function columnsOf(stored: Stored): SQLInputValue[] {
  const { payment, schedule, hintedVersion } = stored
  const [
    state,
    intent,
    captured,
    refunded,
    refunds,
    captureBefore,
    place,
    refundList,
    history,
    version,
    updated,
  ] = changedValues(stored) as [string, ...SQLInputValue[]]
  return [
    payment.orderId,
    payment.method,
    state,
    payment.amountMinor,
    payment.currency,
    payment.userId ?? null,
    ...([
      intent,
      captured,
      refunded,
      refunds,
      captureBefore,
      place,
      refundList,
      history,
      version,
    ] as SQLInputValue[]),
    schedule.revision,
    hintedVersion,
    payment.createdAt,
    updated as SQLInputValue,
    schedule.dueAt ?? null,
    schedule.attempts,
    schedule.fence,
    owedSince(payment) ?? null,
  ]
}

/** From the columns in the order of COLUMNS. */
export const toStored = (row: Row): Stored =>
  readPayment({
    ...JSON.parse(row[11] as string),
    orderId: row[0],
    method: row[1],
    state: row[2],
    amountMinor: Number(row[3]),
    currency: row[4],
    userId: row[5],
    intentId: row[6],
    captureBefore: row[10],
    refunds: JSON.parse(row[12] as string),
    history: JSON.parse(row[13] as string),
    version: Number(row[14]),
    revision: Number(row[15]),
    hintedVersion: Number(row[16]),
    createdAt: row[17],
    updatedAt: row[18],
    dueAt: row[19],
    attempts: Number(row[20]),
    fence: Number(row[21]),
    entries: JSON.parse(row[23] as string),
  })
