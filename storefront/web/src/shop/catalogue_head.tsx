/**
 * The head of the catalogue: the welcome of the home page, or a heading. The heading stays the same element, so that it does
 * not take the focus from the search while somebody types.
 */
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { categoriesQuery } from '../api/catalogue.ts'
import type { Category, Listing } from '../api/types.ts'
import { t } from '../language/texts.ts'
import {
  CATEGORY_TEXT,
  COLLAGE,
  COLLAGE_PLACE,
  COLLAGE_PLACES,
  HEADING,
  HERO,
  PROMISE,
  WELCOME,
} from '../looks.ts'
import { shopSettings, textOf } from '../settings/current.ts'
import { PageTitle } from '../ui/page_title.tsx'
import { Typed } from '../ui/typed.tsx'
import { Breadcrumbs } from './breadcrumbs.tsx'
import { below, categoryAddress, pathTo } from './category_tree.ts'
import { idOf, mediaOf } from './listing.ts'
import { ProductPicture } from './product_picture.tsx'

type Props = { home: boolean; q: string; category: Category | undefined; items: readonly Listing[] }

export function CatalogueHead({ home, q, category, items }: Props) {
  const { data: all } = useQuery(categoriesQuery())
  const { name, tagline } = shopSettings()
  const path = category ? pathTo(all ?? [], category.id).slice(0, -1) : []
  // On a desktop they are beside the list, with counts.
  const inside = category ? below(all ?? [], category.id) : []
  const found = q === '' ? undefined : t.catalogue.quoted(q)
  const title = [found, category?.name].filter(Boolean).join(' · ') || t.catalogue.title
  return (
    <div className={home ? HERO : undefined}>
      <div className={HEADING}>
        {category && <Breadcrumbs path={path} shop />}
        {home && <p className={WELCOME}>{t.home.welcome(name)}</p>}
        <PageTitle title={title} large={home}>
          {category ? <Typed>{category.name}</Typed> : textOf(tagline) || t.catalogue.title}
        </PageTitle>
        {home && <p className={PROMISE}>{t.home.promise}</p>}
        {category?.description && (
          <Typed as="p" className={CATEGORY_TEXT}>
            {category.description}
          </Typed>
        )}
        {inside.length > 0 && (
          <ul className="mt-1 flex flex-wrap gap-2 lg:hidden">
            {inside.map((each) => (
              <li key={each.id}>
                <Link
                  to={categoryAddress(each)}
                  className="inline-flex min-h-11 items-center rounded-full border border-edge bg-surface px-4 text-sm font-medium hover:bg-sunken"
                >
                  <Typed>{each.name}</Typed>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </div>
      {home && <Collage items={items} />}
    </div>
  )
}

/** Pictures of the newest products; their places are kept while they load. */
function Collage({ items }: { items: readonly Listing[] }) {
  // Variants of one group may have the same picture.
  const pictures = new Map(items.map((listing) => [mediaOf(listing)[0]?.id ?? idOf(listing), listing]))
  const pictured = [...pictures.values()].filter((listing) => mediaOf(listing).length > 0)
  const shown = pictured.length >= COLLAGE_PLACES ? pictured : items
  return (
    <div aria-hidden="true" className={COLLAGE}>
      {Array.from({ length: COLLAGE_PLACES }, (_, i) => {
        const listing = shown[i]
        return (
          <div key={i.toString()} className={COLLAGE_PLACE}>
            {listing && (
              <ProductPicture
                id={idOf(listing)}
                media={mediaOf(listing)}
                sizes="14rem"
                className="size-full"
              />
            )}
          </div>
        )
      })}
    </div>
  )
}
