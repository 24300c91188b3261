/** A group: its options, and the variant that the visitor chooses. */
import type { ReactNode } from 'react'
import { ShopProblem } from '../api/shop.ts'
import type { Group } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { ITEM, ITEM_TEXT, ITEM_WORDS, PICTURE_FRAME, PRICE } from '../looks.ts'
import { Button } from '../ui/button.tsx'
import { useWaiting } from '../ui/late.tsx'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import { PageTitle } from '../ui/page_title.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Typed } from '../ui/typed.tsx'
import { Buy } from './buy.tsx'
import { Details } from './details.tsx'
import { Gallery } from './gallery.tsx'
import { OptionPicker } from './option_picker.tsx'
import { picturesOf } from './picture_sources.ts'
import { Price, PriceRange } from './price.tsx'
import { Crumbs, LiveStock, Promises } from './product_parts.tsx'
import { Related } from './related.tsx'
import { InStock } from './stock.tsx'
import { useVariant } from './use_variant.ts'
import { nextToChoose } from './variant_choice.ts'

export function GroupPage({ group, gone }: { group: Group; gone: ReactNode }) {
  const choice = useVariant(group)
  const { variant, chosen, options, error } = choice
  useWaiting(choice.waiting)
  if (error instanceof ShopProblem && error.status === 404) return gone
  /** Its first variant may have pictures. */
  const isUnknown = choice.waiting && (variant ?? choice.suggested) === undefined
  const media = picturesOf((variant ?? choice.suggested)?.media ?? [], group.media)
  return (
    <>
      <article className={ITEM}>
        <Crumbs categories={group.categories} />
        {/* The pictures begin with the first one when another variant has its own. */}
        {media.length === 0 && isUnknown ? (
          <Skeleton className={PICTURE_FRAME} />
        ) : (
          <Gallery key={media[0]?.id ?? ''} id={group.id} media={media} />
        )}
        <div className={ITEM_WORDS}>
          <PageTitle title={group.name}>
            <Typed>{group.name}</Typed>
          </PageTitle>
          <div aria-live="polite">
            {variant ? (
              <Price product={variant} full className={PRICE} />
            ) : (
              <PriceRange group={group} className={PRICE} />
            )}
          </div>
          <Typed as="p" className={ITEM_TEXT}>
            {variant?.description || group.description}
          </Typed>
          {options.map((option, i) => (
            <OptionPicker
              key={option.name}
              option={option}
              chosen={chosen[i]}
              choose={(value) => choice.choose(i, value)}
            />
          ))}
          {error && !variant && (
            <ProblemNotice error={error} title={t.failed.showProduct} retry={choice.retry} />
          )}
          {variant && <LiveStock stock={variant.stock} asOf={choice.asOf} stale={error} />}
          <Order group={group} choice={choice} />
          <Promises />
          <Details attributes={group.attributes} product={variant} />
        </div>
      </article>
      <Related to={group} />
    </>
  )
}

function Order({ group, choice }: { group: Group; choice: ReturnType<typeof useVariant> }) {
  const { variant, chosen, missing } = choice
  const next = nextToChoose(group.options, chosen)
  if (missing) {
    return (
      <Notice live tone="warn" title={t.product.noSuchVersion}>
        {t.product.noSuchVersionMore}
      </Notice>
    )
  }
  if (variant?.stock === 0) {
    return (
      <Notice tone="info" title={t.product.versionSoldOut}>
        {t.product.versionSoldOutMore}
      </Notice>
    )
  }
  if (variant) return <Buy key={variant.id} product={variant} />
  return (
    <div className="grid gap-3">
      {next && <InStock inStock={group.in_stock} />}
      <Button tone="primary" icon="bag" aria-disabled busy={!next && !choice.error}>
        {next ? t.product.choose(next.name) : t.product.add}
      </Button>
    </div>
  )
}
