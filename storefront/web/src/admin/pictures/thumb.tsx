/**
 * A small square of a product: its first picture, cropped around its focus point; a variant without one has that of its group; else
 * its drawn cover.
 */
import { useQuery } from '@tanstack/react-query'
import type { Product } from '../../api/types.ts'
import { Cover } from '../../shop/cover.tsx'
import { cx } from '../../ui/cx.ts'
import { groupQuery } from '../groups/queries.ts'

/** A picture changes seldom, and many rows may be of one group. */
const KNOWN_FOR_MS = 60_000

export const pictureAddress = (id: string, edge: 320 | 640): string => `/api/media/${id}/${edge}.webp`

export function Thumb({
  of: { id, media, group_id = null },
  className,
}: {
  of: Pick<Product, 'id' | 'media'> & Partial<Pick<Product, 'group_id'>>
  className: string
}) {
  const enabled = media.length === 0 && group_id !== null
  const ofGroup = { ...groupQuery(group_id ?? ''), staleTime: KNOWN_FOR_MS, refetchInterval: false } as const
  const { data: group } = useQuery({ ...ofGroup, enabled })
  const [first] = enabled ? (group?.media ?? []) : media
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
