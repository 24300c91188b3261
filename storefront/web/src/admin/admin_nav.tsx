import { NavLink } from 'react-router'
import { cx } from '../ui/cx.ts'

const PAGES = [
  ['/admin', 'Overview'],
  ['/admin/products', 'Products'],
  ['/admin/orders', 'Orders'],
  ['/admin/people', 'People'],
  ['/admin/system', 'System'],
] as const

export function AdminNav() {
  return (
    <nav aria-label="Admin" className="border-b border-line">
      <ul className="page flex overflow-x-auto">
        {PAGES.map(([to, words]) => (
          <li key={to} className="first:-ml-2.5 sm:first:-ml-3.5">
            <NavLink
              to={to}
              end={to === '/admin'}
              className={({ isActive }) =>
                cx(
                  'flex min-h-12 items-center border-b-2 px-2.5 text-sm font-semibold transition-colors -outline-offset-4 sm:px-3.5',
                  isActive
                    ? 'border-accent text-accent'
                    : 'border-transparent text-soft hover:border-edge hover:text-ink',
                )
              }
            >
              {words}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  )
}
