import { NavLink } from 'react-router'
import { cx } from '../ui/cx.ts'

const PAGES = [
  ['/admin', 'Overview'],
  ['/admin/products', 'Products'],
  ['/admin/orders', 'Orders'],
  ['/admin/people', 'Customers'],
  ['/admin/log', 'Log'],
  ['/admin/system', 'System'],
] as const

export function AdminNav() {
  return (
    <nav aria-label="Admin" className="border-b border-line">
      <ul className="page flex gap-2.5 overflow-x-auto sm:gap-7">
        {PAGES.map(([to, label]) => (
          <li key={to}>
            <NavLink
              to={to}
              end={to === '/admin'}
              className={({ isActive }) =>
                cx(
                  'flex min-h-12 items-center border-b-2 text-sm font-semibold transition-colors -outline-offset-4',
                  isActive
                    ? 'border-accent text-accent'
                    : 'border-transparent text-soft hover:border-edge hover:text-ink',
                )
              }
            >
              {label}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  )
}
