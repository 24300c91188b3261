import { useQueryClient } from '@tanstack/react-query'
import { memo } from 'react'
import { Link } from 'react-router'
import { productQuery } from '../api/queries.ts'
import type { Product } from '../api/types.ts'
import { Money } from '../ui/format.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Typed } from '../ui/typed.tsx'
import { Cover } from './cover.tsx'
import { Stock } from './stock.tsx'

const CARD = 'group relative grid content-start gap-3'
const COVER = 'aspect-[4/5] w-full rounded-lg'

export const ProductCard = memo(function ProductCard({ product }: { product: Product }) {
  const queries = useQueryClient()
  // The product page shows the data of the grid at once, and fetches it again.
  const remember = () => queries.setQueryData(productQuery(product.id).queryKey, product, { updatedAt: 1 })
  return (
    <li className={CARD}>
      <div className="lazily aspect-[4/5] overflow-hidden rounded-lg">
        <Cover
          id={product.id}
          className={`${COVER} transition-transform duration-500 group-hover:scale-[1.03] ${product.stock === 0 ? 'opacity-60' : ''}`}
        />
      </div>
      <div className="grid gap-0.5">
        <div className="flex flex-col justify-between gap-x-3 sm:flex-row sm:items-baseline">
          <Typed as="h2" className="line-clamp-2 text-base font-semibold">
            <Link
              to={`/products/${product.id}`}
              state={{ fromShop: true }}
              onClick={remember}
              className="rounded-sm group-hover:underline after:absolute after:inset-0 after:rounded-lg"
            >
              {product.name}
            </Link>
          </Typed>
          <Money amount={product.price} currency={product.currency} className="tabular font-semibold" />
        </div>
        <Typed as="p" className="line-clamp-1 text-sm text-soft">
          {product.description}
        </Typed>
        <Stock stock={product.stock} className="mt-1 text-sm" />
      </div>
    </li>
  )
})

export function ProductCardSkeleton() {
  return (
    <li className={CARD}>
      <Skeleton className={COVER} />
      <div className="grid gap-1.5">
        <Skeleton className="h-5 w-3/4" />
        <Skeleton className="h-4 w-full" />
        <Skeleton className="h-4 w-1/3" />
      </div>
    </li>
  )
}
