import { Link, useLocation } from 'react-router'
import { readAttempt } from '../checkout/attempt.ts'
import { useSession } from '../session/use_session.ts'
import { Icon } from '../ui/icon.tsx'

/** An order was sent and its answer lost, perhaps with the page: it is not left lying. */
export function OpenAttemptBar() {
  const { user } = useSession()
  const { pathname } = useLocation()
  const attempt = user && readAttempt(localStorage, user.id)
  if (!attempt || attempt.setAside || pathname === '/cart') return null
  return (
    <aside aria-label="An open order" className="bg-info-soft text-info">
      <p className="page flex flex-wrap items-center gap-x-3 py-2.5 font-semibold">
        <Icon name="clock" />
        An order of yours is still waiting for its answer.
        <Link to="/cart" className="underline">
          See what became of it
        </Link>
      </p>
    </aside>
  )
}
