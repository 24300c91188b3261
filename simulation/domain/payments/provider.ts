/**
 * The payment provider: a page for each payment, cards, captures and refunds, and events that may be lost. Its word is the truth
 * about money. It is restated here from what the documentation of Stripe says, and shares no code with the adapter.
 *
 * Invariant: what it has done stays done, whichever process is killed. Its process only answers, or does not.
 */
import type { ProviderEvent } from '../../../payment_service/src/domain/ports.ts'
import type { Snapshot } from '../../../payment_service/src/domain/snapshot.ts'
import { EPOCH } from '../../core/machine.ts'
import type { DomainHistory } from '../mix.ts'
import type { Intent, MadeRefund, ProviderPayment } from './provider_payment.ts'
import { snapshotOf } from './provider_snapshot.ts'

export type Opening = {
  readonly orderId: string
  readonly opening: number
  readonly amountMinor: number
  readonly sessionExpiresAt: string
}

/** What it is asked. Each answers at once, and is a step of its own. */
export type ProviderCalls = {
  open(opening: Opening): { readonly sessionId: string } | 'expires_too_soon'
  find(orderId: string): string | undefined
  read(sessionId: string): Snapshot
  capture(sessionId: string, amountMinor: number): void
  /** As Stripe has a call for each: the page is closed, or what was authorised is given up. */
  closePage(sessionId: string): void
  giveUp(sessionId: string): void
  refund(sessionId: string, id: string, amountMinor: number): 'made' | 'refused'
  /** By the buyer, on its page. */
  pay(orderId: string): 'paid' | 'declined' | 'no page'
}

export type Provider = {
  readonly calls: ProviderCalls
  /** All of them, as they are now. */
  payments(): readonly ProviderPayment[]
}

export type ProviderDeps = {
  readonly history: DomainHistory
  /** Before an authorisation is given up, and not because it lapsed. */
  readonly givenUp: (orderId: string) => void
  /** Something has changed. */
  readonly emit: (event: ProviderEvent) => void
}

const MINUTE_MS = 60_000
const PAGE_LEAST_MS = 30 * MINUTE_MS
const AUTHORISED_FOR_MS = 7 * 24 * 60 * MINUTE_MS
const REFUND_TAKES_MS = 4_000
/** A bank takes the whole amount, and authorises nothing. */
const AT_ONCE = 0.25

export function createProvider({ history, givenUp, emit }: ProviderDeps): Provider {
  const { world, faults, sometimes } = history
  const chances = world.chances('provider')
  const bySession = new Map<string, ProviderPayment>()
  const byKey = new Map<string, string>()
  const refused = new Set<string>()
  let ids = 0
  let events = 0

  const broken = (orderId: string, what: string) => {
    // An error would only be answered.
    history.broken(`M7. ${orderId} ${what}`)
    return 'refused' as const
  }

  const now = () => EPOCH + world.time()
  const changed = (orderId: string) => emit({ id: `event ${++events}`, orderId, intentId: undefined })

  /** What time alone has done. */
  const current = (sessionId: string): ProviderPayment => {
    const payment = bySession.get(sessionId)!
    const { page, expiresAt, intent } = payment
    if (page === 'open' && now() >= expiresAt) payment.page = 'closed'
    if (intent?.status === 'authorised' && now() >= intent.captureBefore) {
      intent.status = 'cancelled'
      intent.lapsed = true
      sometimes('an authorisation lapsed')
    }
    return payment
  }

  const settleLater = (orderId: string, refund: MadeRefund) => {
    if (chances.happens(1 / 4)) return
    refund.state = 'pending'
    const fails = faults.happens('refund_fails', 'provider')
    world.after(chances.between(0, REFUND_TAKES_MS), () => {
      refund.state = fails ? 'failed' : 'succeeded'
      if (fails) sometimes('a refund failed')
      changed(orderId)
    })
  }

  const calls: ProviderCalls = {
    open({ orderId, opening, amountMinor, sessionExpiresAt }) {
      const key = `${orderId} ${opening}`
      const known = byKey.get(key)
      if (known !== undefined) return { sessionId: known }
      const expiresAt = Date.parse(sessionExpiresAt)
      if (expiresAt < now() + PAGE_LEAST_MS) return 'expires_too_soon'
      const sessionId = `page ${++ids}`
      byKey.set(key, sessionId)
      bySession.set(sessionId, {
        orderId,
        sessionId,
        amountMinor,
        expiresAt,
        page: 'open',
        intent: undefined,
      })
      return { sessionId }
    },
    find: (orderId) => [...bySession.values()].find((payment) => payment.orderId === orderId)?.sessionId,
    read: (sessionId) => snapshotOf(current(sessionId), new Date(now()).toISOString()),
    capture(sessionId, amountMinor) {
      const { orderId, intent } = current(sessionId)
      if (intent?.status !== 'authorised') return
      intent.status = 'captured'
      intent.capturedMinor = amountMinor
      changed(orderId)
    },
    closePage(sessionId) {
      const payment = current(sessionId)
      if (payment.page !== 'open') return
      payment.page = 'closed'
      changed(payment.orderId)
    },
    giveUp(sessionId) {
      const { orderId, intent } = current(sessionId)
      if (intent?.status !== 'authorised') return
      givenUp(orderId)
      intent.status = 'cancelled'
      changed(orderId)
    },
    refund(sessionId, id, amountMinor) {
      const { orderId, intent } = current(sessionId)
      if (intent === undefined) return broken(orderId, 'is refunded, and was never paid')
      if (intent.refunds.has(id)) return 'made'
      // As any answer under a key, it is the same again.
      if (refused.has(id)) return 'refused'
      const left = intent.capturedMinor - refundedOf(intent)
      if (amountMinor > left)
        return broken(orderId, `is to be refunded by ${amountMinor}, of which ${left} are left`)
      if (faults.happens('refund_refused', 'provider')) {
        refused.add(id)
        sometimes('a refund was refused')
        return 'refused'
      }
      const refund: MadeRefund = { id, providerId: `refund ${++ids}`, amountMinor, state: 'succeeded' }
      intent.refunds.set(id, refund)
      settleLater(orderId, refund)
      changed(orderId)
      return 'made'
    },
    pay(orderId) {
      const open = [...bySession.values()].filter(
        (each) => each.orderId === orderId && current(each.sessionId).page === 'open',
      )
      const page = open.at(-1)
      if (page === undefined) return 'no page'
      if (chances.happens(1 / 5)) {
        sometimes('a card was declined')
        return 'declined'
      }
      page.page = 'paid'
      const captureBefore = now() + AUTHORISED_FOR_MS
      page.intent = {
        status: 'authorised',
        lapsed: false,
        capturedMinor: 0,
        captureBefore,
        refunds: new Map(),
      }
      if (chances.happens(AT_ONCE)) {
        page.intent.status = 'captured'
        page.intent.capturedMinor = page.amountMinor
      }
      changed(orderId)
      return 'paid'
    },
  }
  return { calls, payments: () => [...bySession.keys()].map(current) }
}

/** Refunds that did not fail. */
export const refundedOf = ({ refunds }: Intent): number =>
  [...refunds.values()].reduce(
    (sum, { amountMinor, state }) => sum + (state === 'failed' ? 0 : amountMinor),
    0,
  )
