/** A small square of a product: its first picture, cropped around its focus point, or its drawn cover. */
import type { Product } from '../../api/types.ts'
import { Cover } from '../../shop/cover.tsx'
import { cx } from '../../ui/cx.ts'

export const pictureAddress = (id: string, edge: 320 | 640): string => `/api/media/${id}/${edge}.webp`

export function Thumb({
  of: { id, media },
  className,
}: {
  of: Pick<Product, 'id' | 'media'>
  className: string
}) {
  const [first] = media
  if (!first) return <Cover id={id} className={className} />
  return (
    <img
      src={pictureAddress(first.id, 320)}
      alt=""
      loading="lazy"
      className={cx('bg-sunken object-cover', className)}
      style={{ objectPosition: `${first.focus.x}% ${first.focus.y}%` }}
    />
  )
}
