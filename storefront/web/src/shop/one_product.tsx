/** A product that belongs to no group, with its live stock. */
import type { Product } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { Notice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { Typed } from '../ui/typed.tsx'
import { Buy } from './buy.tsx'
import { Details } from './details.tsx'
import { Gallery } from './gallery.tsx'
import { Price } from './price.tsx'
import { Crumbs, FRAME, LiveStock, Promises } from './product_parts.tsx'
import { Related } from './related.tsx'

export function OneProduct({ product, asOf, stale }: { product: Product; asOf: number; stale: unknown }) {
  return (
    <>
      <article className={FRAME}>
        <Crumbs categories={product.categories} />
        <Gallery id={product.id} media={product.media} />
        <div className="grid content-start gap-5">
          <PageTitle title={product.name}>
            <Typed>{product.name}</Typed>
          </PageTitle>
          <Price product={product} full className="text-2xl" />
          <Typed as="p" className="max-w-prose text-lg whitespace-pre-line text-soft">
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
