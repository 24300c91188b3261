/**
 * Routes below this one need a signed-in user. Others are redirected to the sign-in page, and back afterwards; a user who
 * signs out is redirected to the shop.
 */

import { Navigate, Outlet, useLocation } from 'react-router'
import { PAGE } from '../../../src/http/page_addresses.ts'
import { t } from '../language/texts.ts'
import { ButtonLink } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty_state.tsx'
import { Typed } from '../ui/typed.tsx'
import { isSigningOut, useSession } from './use_session.ts'

export function RequireUser({ admin = false }: { admin?: boolean }) {
  const { user, isAdmin } = useSession()
  const { pathname, search } = useLocation()
  if (!user) {
    const next = encodeURIComponent(pathname + search)
    return <Navigate to={isSigningOut() ? PAGE.catalogue : `${PAGE.signIn}?next=${next}`} replace />
  }
  if (admin && user.needs_second_factor) {
    return (
      <EmptyState
        page
        title={t.account.factorNeeded}
        action={
          <ButtonLink to={PAGE.account} tone="primary">
            {t.account.toFactor}
          </ButtonLink>
        }
      >
        {t.account.factorNeededMore}
      </EmptyState>
    )
  }
  if (admin && !isAdmin) {
    return (
      <EmptyState page title={t.layout.shopkeepersOnly}>
        {t.account.notShopkeeper(<Typed>{user.username}</Typed>)}
      </EmptyState>
    )
  }
  return <Outlet />
}
