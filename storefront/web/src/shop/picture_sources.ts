/** The addresses and sizes of the renditions of a picture (product_service/src/domain/media.ts), for `srcset`. */
import { RENDITION_EDGES, type RenditionEdge } from '@shop/product_service/domain/media'
import type { Media } from '../api/types.ts'

const EXTENSIONS = { webp: 'webp', jpeg: 'jpg' } as const
type Format = keyof typeof EXTENSIONS

export const pictureUrl = (id: string, edge: RenditionEdge, format: Format): string =>
  `/api/media/${id}/${edge}.${EXTENSIONS[format]}`

/** An original is not enlarged, so renditions of a small one are all the same: one of them is listed. */
export function srcSetOf(
  { id, width, height }: Pick<Media, 'id' | 'width' | 'height'>,
  format: Format,
): string {
  const listed = new Map<number, string>()
  for (const edge of RENDITION_EDGES) {
    const wide = widthOf({ width, height }, edge)
    if (!listed.has(wide)) listed.set(wide, pictureUrl(id, edge, format))
  }
  return [...listed].map(([wide, url]) => `${url} ${wide}w`).join(', ')
}

const widthOf = ({ width, height }: Pick<Media, 'width' | 'height'>, edge: RenditionEdge): number =>
  Math.round(width * Math.min(1, edge / Math.max(width, height)))

/** The pictures of a variant, then those of its group that it does not have itself. */
export function picturesOf(own: readonly Media[], shared: readonly Media[]): readonly Media[] {
  return [...own, ...shared.filter(({ id }) => own.every((media) => media.id !== id))]
}
