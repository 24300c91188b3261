import { Link, NavLink } from 'react-router'
import { useCart } from '../cart/use_cart.ts'
import { formatNumber } from '../language/formats.ts'
import { t } from '../language/texts.ts'
import { BRAND, HEADER, HEADER_ROW } from '../looks.ts'
import { useSession } from '../session/use_session.ts'
import { shopSettings } from '../settings/current.ts'
import { cx } from '../ui/cx.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Typed } from '../ui/typed.tsx'
import { Logo } from './logo.tsx'

export function Header() {
  const { user, isAdmin } = useSession()
  const { lines } = useCart()
  const { name, logo_media_id, logo } = shopSettings()
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  return (
    <header className={HEADER}>
      <div className={HEADER_ROW}>
        <Link to="/" className={BRAND}>
          <Logo name={name} id={logo_media_id} size={logo} />
        </Link>
        <nav aria-label={t.layout.main} className="flex items-center gap-1 sm:gap-2">
          {isAdmin && <Item to="/admin" icon="gear" label={t.layout.admin} />}
          {user && <Item to="/orders" icon="orders" label={t.layout.orders} />}
          {user ? (
            <Item
              to="/account"
              icon="person"
              label={user.username}
              called={t.layout.accountOf(user.username)}
            />
          ) : (
            <Item to="/sign-in" icon="person" label={t.layout.signIn} />
          )}
          <Item
            to="/cart"
            icon="bag"
            label={t.layout.cart}
            called={units === 0 ? t.layout.cartEmpty : t.layout.cartWith(units)}
            count={units}
          />
        </nav>
      </div>
    </header>
  )
}

function Item({
  to,
  icon,
  label,
  called,
  count = 0,
}: {
  to: string
  icon: IconName
  label: string
  called?: string
  count?: number
}) {
  return (
    <NavLink
      to={to}
      className={({ isActive }) =>
        cx(
          'relative flex min-h-11 min-w-11 items-center justify-center gap-2 rounded-md px-2.5 text-sm font-semibold transition-colors hover:bg-sunken',
          isActive && 'text-accent',
        )
      }
    >
      <Icon name={icon} className="size-5.5" />
      <Typed className="sr-only">{called ?? label}</Typed>
      <Typed aria-hidden="true" className="hidden max-w-36 truncate sm:inline">
        {label}
      </Typed>
      {count > 0 && (
        <span
          aria-hidden="true"
          className="tabular absolute top-0.5 end-0 grid min-w-5 place-items-center rounded-full bg-accent px-1 text-xs font-bold text-on-accent sm:static"
        >
          {formatNumber(count)}
        </span>
      )}
    </NavLink>
  )
}
