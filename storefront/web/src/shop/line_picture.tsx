/** The picture beside a line of a cart or an order; a variant without one of its own has that of its group. */
import { useQuery } from '@tanstack/react-query'
import { groupQuery } from '../api/queries.ts'
import type { Product } from '../api/types.ts'
import { ProductPicture } from './product_picture.tsx'

type Props = { id: string; product: Product | undefined; sizes: string; className: string }

export function LinePicture({ id, product, ...place }: Props) {
  const groupId = product?.media.length === 0 ? product.group_id : null
  const { data: group } = useQuery({ ...groupQuery(groupId ?? ''), enabled: groupId !== null })
  return <ProductPicture id={id} media={group?.media ?? product?.media} {...place} />
}
