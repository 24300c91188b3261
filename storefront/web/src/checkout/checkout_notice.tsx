/** Where an order that is under way stands, and the safe way on. */
import { Button } from '../ui/button.tsx'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import type { useCheckout } from './use_checkout.ts'

type Props = { checkout: ReturnType<typeof useCheckout>; unchanged: boolean }

export function CheckoutNotice({ checkout, unchanged }: Props) {
  const { step } = checkout
  switch (step.at) {
    case 'asking':
      return (
        <Notice live tone="info" icon="clock" title="Asking whether your order arrived">
          <p>
            {step.error === undefined
              ? 'One moment.'
              : 'There was no answer. We keep asking under the name of this one order, so nothing is bought twice. You can also close this page and come back.'}
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
          <p>We asked, and there is no such order: nothing was bought. Sending it again is safe.</p>
        </Notice>
      )
    case 'refused':
      return <ProblemNotice error={step.error} doing="place this order" />
    case 'changed':
      return unchanged ? (
        <Notice live tone="warn" title="Nothing was bought" className="arriving">
          <p>
            Price or stock was not as shown at that moment. What you see now is right; you can order again.
          </p>
        </Notice>
      ) : null
    default:
      return null
  }
}
