/** The page of an order: for a signed-in user, or with the token of the order, which is taken out of the address at once. A session that ends takes it along. */
import { Navigate, Outlet, useLocation, useParams } from 'react-router'
import { keepOrderToken, orderToken, tokenIn } from '../orders/order_token.ts'
import { RequireUser } from './require_user.tsx'
import { useSession } from './use_session.ts'

export function RequireBuyer() {
  useSession()
  const { id = '' } = useParams()
  const { pathname, search, hash } = useLocation()
  const token = tokenIn(hash)
  if (token !== undefined) {
    keepOrderToken(id, token)
    return <Navigate to={pathname + search} replace />
  }
  return orderToken(id) === undefined ? <RequireUser /> : <Outlet />
}
