import { Link, useLocation } from 'react-router'
import { readAttempt } from '../checkout/attempt.ts'
import { t } from '../language/texts.ts'
import { useSession } from '../session/use_session.ts'
import { browserStorage } from '../storage.ts'
import { Icon } from '../ui/icon.tsx'

/** Shown while the outcome of an order that was sent is unknown. */
export function OpenAttemptBar() {
  const { user } = useSession()
  const { pathname } = useLocation()
  const attempt = user && readAttempt(browserStorage, user.id)
  if (!attempt || attempt.setAside || pathname === '/cart') return null
  return (
    <aside aria-label={t.layout.openOrder} className="bg-info-soft text-info">
      <p className="page flex gap-x-3 py-2.5 font-semibold">
        <Icon name="clock" className="mt-0.5 size-5" />
        <span>
          {t.layout.orderUnknown}{' '}
          <Link to="/cart" className="underline">
            {t.layout.checkOrder}
          </Link>
        </span>
      </p>
    </aside>
  )
}
