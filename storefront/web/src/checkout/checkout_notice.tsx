/** The state of an order that is being sent, and the safe next step. */
import { useEffect, useState } from 'react'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import type { useCheckout } from './use_checkout.ts'

/** Most orders are answered within this time; a message appears only after it. */
const PATIENCE_MS = 4_000

type Props = { checkout: ReturnType<typeof useCheckout>; signedIn: boolean; unchanged: boolean }

export function CheckoutNotice({ checkout, signedIn, unchanged }: Props) {
  const { step } = checkout
  if (step.at === 'asking' && !signedIn) {
    return (
      <Notice live tone="warn" title="Your session ended while you were ordering" className="arriving">
        <p>Sign in again. We then check first whether your order arrived, so nothing is bought twice.</p>
      </Notice>
    )
  }
  switch (step.at) {
    case 'asking':
      return (
        <Notice live tone="info" icon="clock" title="Checking whether your order arrived">
          <p>
            {step.error === undefined
              ? 'One moment.'
              : 'There was no answer. We keep checking, and nothing is bought twice. You can also close this page and come back.'}
          </p>
        </Notice>
      )
    case 'missing':
      return (
        <Notice
          live
          tone="warn"
          title="Your order did not reach us"
          className="arriving"
          action={
            <>
              <Button size="sm" tone="primary" onClick={() => void checkout.sendAgain()}>
                Send it again
              </Button>
              <Button size="sm" onClick={checkout.backToCart}>
                Back to the cart
              </Button>
            </>
          }
        >
          <p>We checked: the order does not exist, and nothing was bought. It is safe to send it again.</p>
        </Notice>
      )
    case 'elsewhere':
      return (
        <Notice
          live
          tone="info"
          title="Your cart changed in another tab"
          className="arriving"
          action={
            <ButtonLink size="sm" to="/orders">
              See your orders
            </ButtonLink>
          }
        >
          <p>The other tab ordered or changed this cart. This tab ordered nothing.</p>
        </Notice>
      )
    case 'not_stored':
      return (
        <Notice live tone="bad" title="Your browser could not save the order" className="arriving">
          <p>
            Nothing was sent. We save an order in the browser before we send it, so that it is never made
            twice. Please free some space, or order from another browser.
          </p>
        </Notice>
      )
    case 'sending':
      return <Sending />
    case 'refused':
      return <ProblemNotice error={step.error} doing="place this order" />
    case 'changed':
      return unchanged ? (
        <Notice live tone="warn" title="Nothing was bought" className="arriving">
          <p>The price or the stock had just changed. What you see now is up to date; you can order again.</p>
        </Notice>
      ) : null
    default:
      return null
  }
}

function Sending() {
  const [long, setLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  if (!long) return null
  return (
    <Notice live tone="info" icon="clock" title="This is taking longer than usual" className="arriving">
      <p>Please wait. However often your order has to be sent, it is made only once.</p>
    </Notice>
  )
}
