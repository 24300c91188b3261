import { Fragment } from 'react'
import { Link } from 'react-router'
import type { Category } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { CRUMB, CRUMBS } from '../looks.ts'
import { Icon } from '../ui/icon.tsx'
import { Typed } from '../ui/typed.tsx'
import { categoryAddress } from './category_tree.ts'

/** The categories above a page, from the top. */
export function Breadcrumbs({ path, shop = false }: { path: readonly Category[]; shop?: boolean }) {
  return (
    <nav aria-label={t.catalogue.breadcrumbs} className="min-w-0">
      <ol className={CRUMBS}>
        {shop && <Crumb to="/">{t.catalogue.title}</Crumb>}
        {path.map((category, i) => (
          <Fragment key={category.id}>
            {(shop || i > 0) && (
              <li aria-hidden="true">
                <Icon name="chevron" className="size-4 text-edge" />
              </li>
            )}
            <Crumb to={categoryAddress(category)}>{category.name}</Crumb>
          </Fragment>
        ))}
      </ol>
    </nav>
  )
}

const Crumb = ({ to, children }: { to: string; children: string }) => (
  <li className="min-w-0">
    <Link to={to} className={CRUMB}>
      <Typed>{children}</Typed>
    </Link>
  </li>
)
