/** What the pages of products and of groups have in common. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link, useLocation, useNavigate } from 'react-router'
import { categoriesQuery } from '../api/catalogue.ts'
import { t } from '../language/texts.ts'
import { BACK, ITEM_PATH } from '../looks.ts'
import { shopSettings, textOf } from '../settings/current.ts'
import { Ago } from '../ui/format.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Typed } from '../ui/typed.tsx'
import { Breadcrumbs } from './breadcrumbs.tsx'
import { pathTo } from './category_tree.ts'
import { Stock } from './stock.tsx'

/** The way back, and the categories above. */
export function Crumbs({ categories }: { categories: readonly string[] }) {
  const { data: all } = useQuery(categoriesQuery())
  const path = pathTo(all ?? [], categories[0])
  return (
    <div className={ITEM_PATH}>
      <BackToShop />
      {path.length > 0 && <Breadcrumbs path={path} />}
    </div>
  )
}

/** Goes back in the history when the visitor came from the catalogue. */
export function BackToShop() {
  const navigate = useNavigate()
  const { state } = useLocation() as { state: { fromShop?: true } | null }
  return (
    <Link
      to="/"
      onClick={(event) => {
        if (!state?.fromShop || event.metaKey || event.ctrlKey) return
        event.preventDefault()
        navigate(-1)
      }}
      className={BACK}
    >
      <Icon name="left" />
      {t.product.back}
    </Link>
  )
}

export function LiveStock({ stock, asOf, stale }: { stock: number; asOf: number; stale: unknown }) {
  const before = useRef(stock)
  const [moved, setMoved] = useState(0)
  useEffect(() => {
    if (before.current !== stock) setMoved((count) => count + 1)
    before.current = stock
  }, [stock])
  return (
    <div className="grid gap-1 rounded-lg bg-surface p-4 shadow-rest">
      <p role="status" className="text-lg font-semibold">
        <span key={moved} className={moved > 0 ? 'arriving inline-block' : 'inline-block'}>
          <Stock stock={stock} />
        </span>
      </p>
      <p className="text-sm text-soft">
        {stale ? t.product.asOf(<Ago at={new Date(asOf).toISOString()} />) : t.product.live}
      </p>
    </div>
  )
}

/** What the shop promises, and where it says how it delivers. */
export function Promises() {
  const shipping = shopSettings().legal.find(({ page }) => page === 'shipping')
  return (
    <ul className="grid gap-2.5 border-t border-line pt-5 text-sm text-soft">
      <Said icon="check">{t.product.promise}</Said>
      {shipping && (
        <Said icon="truck">
          <Link to={`/pages/${shipping.slug}`} className="underline hover:text-ink">
            <Typed>{textOf(shipping.title)}</Typed>
          </Link>
        </Said>
      )}
    </ul>
  )
}

const Said = ({ icon, children }: { icon: IconName; children: React.ReactNode }) => (
  <li className="flex items-start gap-2.5">
    <Icon name={icon} className="mt-px size-5 text-good" />
    {children}
  </li>
)
