/** Routes below this one need someone signed in; others are led to the sign-in page and back again. */
import { Navigate, Outlet, useLocation } from 'react-router'
import { EmptyState } from '../ui/empty_state.tsx'
import { useSession } from './use_session.ts'

export function RequireUser({ admin = false }: { admin?: boolean }) {
  const { user } = useSession()
  const { pathname, search } = useLocation()
  if (!user) return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} replace />
  if (admin && user.role !== 'admin') {
    return (
      <EmptyState page title="This part is for shopkeepers">
        You are signed in as {user.username}, and that account has no admin role.
      </EmptyState>
    )
  }
  return <Outlet />
}
