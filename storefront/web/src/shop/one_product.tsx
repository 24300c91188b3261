/** A product that belongs to no group, with its live stock. */
import type { Product } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { ITEM, ITEM_TEXT, ITEM_WORDS, PRICE } from '../looks.ts'
import { Notice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { Typed } from '../ui/typed.tsx'
import { Buy } from './buy.tsx'
import { Details } from './details.tsx'
import { Gallery } from './gallery.tsx'
import { Price } from './price.tsx'
import { Crumbs, LiveStock, Promises } from './product_parts.tsx'
import { Related } from './related.tsx'

export function OneProduct({ product, asOf, stale }: { product: Product; asOf: number; stale: unknown }) {
  return (
    <>
      <article className={ITEM}>
        <Crumbs categories={product.categories} />
        <Gallery id={product.id} media={product.media} />
        <div className={ITEM_WORDS}>
          <PageTitle title={product.name}>
            <Typed>{product.name}</Typed>
          </PageTitle>
          <Price product={product} full className={PRICE} />
          <Typed as="p" className={ITEM_TEXT}>
            {product.description}
          </Typed>
          <LiveStock stock={product.stock} asOf={asOf} stale={stale} />
          {product.stock === 0 ? (
            <Notice tone="info" title={t.product.soldOut}>
              {t.product.soldOutMore}
            </Notice>
          ) : (
            <Buy product={product} />
          )}
          <Promises />
          <Details attributes={product.attributes} product={product} />
        </div>
      </article>
      <Related to={product} />
    </>
  )
}
