import { NavLink } from 'react-router'
import { admin } from '../language/admin_texts.ts'
import { cx } from '../ui/cx.ts'

const PAGES = [
  ['/admin', 'overview'],
  ['/admin/products', 'products'],
  ['/admin/categories', 'categories'],
  ['/admin/orders', 'orders'],
  ['/admin/returns', 'returns'],
  ['/admin/people', 'people'],
  ['/admin/import', 'import'],
  ['/admin/log', 'log'],
  ['/admin/checkout', 'checkout'],
  ['/admin/settings', 'settings'],
  ['/admin/webhooks', 'webhooks'],
  ['/admin/system', 'system'],
] as const

export function AdminNav() {
  return (
    <nav aria-label={admin.nav.label} className="border-b border-line">
      <ul className="page flex gap-2.5 overflow-x-auto sm:gap-3.5 xl:gap-5">
        {PAGES.map(([to, label]) => (
          <li key={to}>
            <NavLink
              to={to}
              end={to === '/admin'}
              className={({ isActive }) =>
                cx(
                  'flex min-h-12 items-center border-b-2 text-sm font-semibold whitespace-nowrap transition-colors -outline-offset-4',
                  isActive
                    ? 'border-accent text-accent'
                    : 'border-transparent text-soft hover:border-edge hover:text-ink',
                )
              }
            >
              {admin.nav[label]}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  )
}
