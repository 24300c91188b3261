/** What the provider says of a payment when it is read. */
import type { Entry } from '../../../payment_service/src/domain/payment.ts'
import type { Snapshot } from '../../../payment_service/src/domain/snapshot.ts'
import type { ProviderPayment } from './provider_payment.ts'

export function snapshotOf({ sessionId, amountMinor, page, intent }: ProviderPayment, at: string): Snapshot {
  const place = { sessionId, intentId: undefined, checkoutUrl: undefined, captureBefore: undefined }
  if (intent === undefined)
    return page === 'open'
      ? { ...place, phase: 'open', entries: [], refunds: [] }
      : { ...place, phase: 'ended', ended: 'expired', entries: [], refunds: [] }
  const entry = (part: string, kind: Entry['kind'], amount: number): Entry => ({
    ...{ id: `${sessionId}#${part}`, kind, amountMinor: amount, at },
  })
  const { status, lapsed, capturedMinor } = intent
  const made = [...intent.refunds.values()]
  const entries = [entry('authorised', 'authorisation', amountMinor)]
  if (status === 'cancelled') entries.push(entry('voided', 'void', amountMinor))
  if (status === 'captured') entries.push(entry('captured', 'capture', capturedMinor))
  for (const { providerId, amountMinor: amount, state } of made)
    if (state === 'succeeded') entries.push({ id: providerId, kind: 'refund', amountMinor: amount, at })
  return {
    ...place,
    intentId: `intent of ${sessionId}`,
    phase: status === 'cancelled' ? 'ended' : status,
    ...(status === 'cancelled' ? { ended: lapsed ? ('expired' as const) : ('cancelled' as const) } : {}),
    ...(status === 'authorised' ? { captureBefore: new Date(intent.captureBefore).toISOString() } : {}),
    entries,
    refunds: made.map(({ id, providerId, state }) => ({ id, providerId, state })),
  }
}
