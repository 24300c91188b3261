/**
 * Buying what is in the cart, step by step. Whatever happens on the way, the visitor is never invited to order
 * again before we have asked what became of the first time.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { orderQuery } from '../api/queries.ts'
import { queryClient } from '../api/query_client.ts'
import type { User } from '../api/shop.ts'
import { type CartLine, changeCart, withoutProducts } from '../cart/cart.ts'
import { type Attempt, beginAttempt, endAttempt, readAttempt, setAttemptAside } from './attempt.ts'
import { askForAttempt, type Outcome, oneCheckoutAtATime, sendAttempt } from './send_attempt.ts'

export type CheckoutStep =
  | { readonly at: 'cart' }
  | { readonly at: 'sending' }
  /** Asking by the key, after an answer was lost. `error` is why we do not know yet. */
  | { readonly at: 'asking'; readonly error?: unknown }
  | { readonly at: 'missing' }
  | { readonly at: 'changed'; readonly reason: string }
  | { readonly at: 'refused'; readonly error: unknown }

const ASK_AGAIN_MS = 3_000

export function useCheckout(user: User | undefined) {
  const userId = user?.id
  const navigate = useNavigate()
  const [step, setStep] = useState<CheckoutStep>(() => {
    const open = userId === undefined ? undefined : readAttempt(localStorage, userId)
    return open && !open.setAside ? { at: 'asking' } : { at: 'cart' }
  })
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
        endAttempt(localStorage, owner, attempt.key)
        changeCart(withoutProducts(attempt.lines.map(({ productId }) => productId)))
        queryClient.setQueryData(orderQuery(outcome.order.id).queryKey, outcome.order)
        if (alive.current) navigate(`/orders/${outcome.order.id}`, { state: { placed: true } })
        return
      }
      if (outcome.kind === 'changed' || outcome.kind === 'refused') {
        endAttempt(localStorage, owner, attempt.key)
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
      oneCheckoutAtATime(async () => {
        const attempt = readAttempt(localStorage, owner)
        // Another tab has found out meanwhile.
        if (!attempt || attempt.setAside) return setStep({ at: 'cart' })
        await conclude(await askForAttempt(attempt, owner), attempt, owner)
      }),
    [conclude],
  )

  useEffect(() => {
    if (userId === undefined || step.at !== 'asking') return
    const run = () => void ask(userId)
    const timer = setTimeout(run, step.error === undefined ? 0 : ASK_AGAIN_MS)
    addEventListener('online', run)
    return () => {
      clearTimeout(timer)
      removeEventListener('online', run)
    }
  }, [userId, step, ask])

  return {
    step,
    async order(lines: readonly CartLine[]) {
      if (userId === undefined) return
      setStep({ at: 'sending' })
      await oneCheckoutAtATime(async () => {
        const attempt = beginAttempt(localStorage, userId, lines)
        await conclude(await sendAttempt(attempt), attempt, userId)
      })
    },
    /** The order did not arrive: send the very same again. */
    async sendAgain() {
      const attempt = userId === undefined ? undefined : readAttempt(localStorage, userId)
      if (attempt) await this.order(attempt.lines)
      else setStep({ at: 'cart' })
    },
    backToCart() {
      if (userId !== undefined) setAttemptAside(localStorage, userId)
      setStep({ at: 'cart' })
    },
  }
}
