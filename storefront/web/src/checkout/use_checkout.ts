/**
 * Ordering the cart, step by step. The visitor can never order again before the outcome of the first attempt is known.
 */
import { type Backoff, pauseMs } from '@shop/retry/backoff'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { orderQuery } from '../api/queries.ts'
import { queryClient } from '../api/query_client.ts'
import { ShopProblem } from '../api/shop.ts'
import { changeCart, readCart, withoutProducts } from '../cart/cart.ts'
import type { CartLine } from '../cart/cart_line.ts'
import type { RejectionReason } from '../orders/rejection.ts'
import { browserStorage } from '../storage.ts'
import { withTabLock } from '../tab_lock.ts'
import {
  type Attempt,
  beginAttempt,
  endAttempt,
  isAttemptOpen,
  isSamePurchase,
  readAttempt,
  setAttemptAside,
} from './attempt.ts'
import type { QuotedBody } from './buyer.ts'
import { askForAttempt, type Outcome, sendAttempt } from './send_attempt.ts'

export type CheckoutStep =
  | { readonly at: 'cart' }
  | { readonly at: 'sending' }
  /** Asking by the key, after an answer was lost. `error` is why the outcome is not known yet. */
  | { readonly at: 'asking'; readonly error?: unknown }
  | { readonly at: 'missing' }
  /** Another tab ordered or changed this cart first; this tab sent nothing. */
  | { readonly at: 'elsewhere' }
  /** The browser could not store the attempt, so nothing was sent. */
  | { readonly at: 'not_stored' }
  | { readonly at: 'changed'; readonly reason: RejectionReason }
  | { readonly at: 'refused'; readonly error: unknown }

const ASK_AGAIN: Backoff = { firstMs: 4_000, maxMs: 15_000 }
/** One tab at a time orders or asks. */
const LOCK = 'shop.checkout'

/** `userId`: of the signed-in user, or GUEST. */
export function useCheckout(userId: string | undefined) {
  const navigate = useNavigate()
  const [step, setStep] = useState<CheckoutStep>(() =>
    userId !== undefined && isAttemptOpen(browserStorage, userId) ? { at: 'asking' } : { at: 'cart' },
  )
  const failures = useRef(0)
  const alive = useRef(true)
  useEffect(() => {
    alive.current = true
    return () => {
      alive.current = false
    }
  }, [])

  const conclude = useCallback(
    async (outcome: Outcome, attempt: Attempt, owner: string) => {
      if (outcome.kind === 'placed') {
        endAttempt(browserStorage, owner, attempt.key)
        changeCart(withoutProducts(attempt.lines.map(({ productId }) => productId)))
        queryClient.setQueryData(orderQuery(outcome.order.id).queryKey, outcome.order)
        if (alive.current) navigate(`/orders/${outcome.order.id}`, { state: { placed: true } })
        return
      }
      if (outcome.kind === 'changed' || outcome.kind === 'refused') {
        endAttempt(browserStorage, owner, attempt.key)
        await queryClient.refetchQueries({ queryKey: ['products', 'one'], type: 'active' })
      }
      if (!alive.current) return
      if (outcome.kind === 'changed') setStep({ at: 'changed', reason: outcome.reason })
      else if (outcome.kind === 'refused') setStep({ at: 'refused', error: outcome.error })
      else if (outcome.kind === 'missing') setStep({ at: 'missing' })
      else setStep({ at: 'asking', error: outcome.error })
    },
    [navigate],
  )

  const ask = useCallback(
    (owner: string) =>
      withTabLock(LOCK, async () => {
        const attempt = readAttempt(browserStorage, owner)
        // Another tab has got the outcome.
        if (!attempt || attempt.setAside) return setStep({ at: 'cart' })
        await conclude(await askForAttempt(attempt, owner), attempt, owner)
      }),
    [conclude],
  )

  useEffect(() => {
    if (userId === undefined || step.at !== 'asking') return
    const run = () => void ask(userId)
    failures.current = step.error === undefined ? 0 : failures.current + 1
    const timer = setTimeout(run, step.error === undefined ? 0 : askPauseMs(failures.current, step.error))
    addEventListener('online', run)
    return () => {
      clearTimeout(timer)
      removeEventListener('online', run)
    }
  }, [userId, step, ask])

  return {
    step,
    async order(lines: readonly CartLine[], quoted?: QuotedBody) {
      if (userId === undefined) return
      setStep({ at: 'sending' })
      await withTabLock(LOCK, async () => {
        const open = readAttempt(browserStorage, userId)
        // Another tab lost the answer to another order: its outcome comes first.
        if (open && !open.setAside && !isSamePurchase(open.lines, lines)) {
          return conclude(await askForAttempt(open, userId), open, userId)
        }
        // While this tab waited for the lock, another tab ordered the same.
        if (!isSamePurchase(readCart(), lines)) return setStep({ at: 'elsewhere' })
        let attempt: Attempt
        try {
          attempt = beginAttempt(browserStorage, userId, lines, quoted)
        } catch {
          return setStep({ at: 'not_stored' })
        }
        await conclude(await sendAttempt(attempt, userId), attempt, userId)
      })
    },
    /** The order did not arrive: send the same attempt again. */
    async sendAgain() {
      if (userId === undefined) return
      setStep({ at: 'sending' })
      await withTabLock(LOCK, async () => {
        const attempt = readAttempt(browserStorage, userId)
        // Another tab has sent it, or set it aside.
        if (!attempt || attempt.setAside) return setStep({ at: 'elsewhere' })
        await conclude(await sendAttempt(attempt, userId), attempt, userId)
      })
    },
    backToCart() {
      if (userId !== undefined) setAttemptAside(browserStorage, userId)
      setStep({ at: 'cart' })
    },
  }
}

/** With jitter: many visitors may have lost their answers at the same time. */
const askPauseMs = (failures: number, error: unknown) =>
  pauseMs(ASK_AGAIN, failures, Math.random(), error instanceof ShopProblem ? error.retryAfterMs : 0)
