/** Sample values for tests. The last digits of a UUID say which one it is. */
import { newPayment } from '../src/domain/changes.ts'
import type { Entry, Payment, Terms } from '../src/domain/payment.ts'
import { type Stored, scheduleNew } from '../src/domain/schedule.ts'

export const AT = new Date('2026-03-01T12:00:00.000Z')
export const later = (ms: number, from: Date = AT) => new Date(from.getTime() + ms)
export const uuid = (n: number) => `01890000-0000-7000-8000-${String(n).padStart(12, '0')}`

export const ADA = uuid(900_001)
export const BOB = uuid(900_002)
export const ROOT = uuid(900_003)

let serial = 500_000

export const terms = (changes: Partial<Terms> = {}): Terms => ({
  orderId: uuid(serial++),
  method: 'card',
  amountMinor: 4_200,
  currency: 'EUR',
  userId: ADA,
  orderTokenHash: undefined,
  email: undefined,
  description: 'Order 10001',
  language: 'en',
  expiresAt: later(30 * 60_000).toISOString(),
  bill: undefined,
  ...changes,
})

export const payment = (changes: Partial<Payment> = {}): Payment => ({
  ...newPayment(terms(), AT),
  ...changes,
})

export const stored = (changes: Partial<Payment> = {}): Stored => scheduleNew(payment(changes), AT)

export const entry = (id: string, kind: Entry['kind'], amountMinor = 4_200): Entry => ({
  id,
  kind,
  amountMinor,
  at: AT.toISOString(),
})

/** A payment of which all was captured. */
export const captured = (changes: Partial<Payment> = {}): Payment => ({
  ...payment(),
  phase: 'captured',
  state: 'captured',
  sessionId: 'cs_1',
  intentId: `pi_${serial++}`,
  entries: [entry(`ch_${serial}#authorised`, 'authorisation'), entry(`ch_${serial++}#captured`, 'capture')],
  ...changes,
})
