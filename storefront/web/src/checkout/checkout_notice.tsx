/** The state of an order that is being sent, and the safe next step. */

import { useEffect, useState } from 'react'
import { t } from '../language/texts.ts'
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
      <Notice live tone="warn" title={t.checkout.signedOut} className="arriving">
        <p>{t.checkout.signedOutMore}</p>
      </Notice>
    )
  }
  switch (step.at) {
    case 'asking':
      return (
        <Notice live tone="info" icon="clock" title={t.checkout.asking}>
          <p>{step.error === undefined ? t.checkout.askingMore : t.checkout.noAnswer}</p>
        </Notice>
      )
    case 'missing':
      return (
        <Notice
          live
          tone="warn"
          title={t.checkout.missing}
          className="arriving"
          action={
            <>
              <Button size="sm" tone="primary" onClick={() => void checkout.sendAgain()}>
                {t.checkout.sendAgain}
              </Button>
              <Button size="sm" onClick={checkout.backToCart}>
                {t.checkout.backToCart}
              </Button>
            </>
          }
        >
          <p>{t.checkout.missingMore}</p>
        </Notice>
      )
    case 'elsewhere':
      return (
        <Notice
          live
          tone="info"
          title={t.cart.elsewhere}
          className="arriving"
          action={
            <ButtonLink size="sm" to="/orders">
              {t.cart.seeOrders}
            </ButtonLink>
          }
        >
          <p>{t.checkout.elsewhereMore}</p>
        </Notice>
      )
    case 'not_stored':
      return (
        <Notice live tone="bad" title={t.checkout.notStored} className="arriving">
          <p>{t.checkout.notStoredMore}</p>
        </Notice>
      )
    case 'sending':
      return <Sending />
    case 'refused':
      return <ProblemNotice error={step.error} title={t.failed.order} />
    case 'changed':
      return unchanged ? (
        <Notice live tone="warn" title={t.checkout.nothingBought} className="arriving">
          <p>{t.checkout.nothingBoughtMore}</p>
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
    <Notice live tone="info" icon="clock" title={t.checkout.long} className="arriving">
      <p>{t.checkout.longMore}</p>
    </Notice>
  )
}
