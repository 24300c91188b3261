/**
 * A picture of a product, in the size that its place needs. Until it has loaded, its blurred placeholder is shown. The place
 * has a size of its own, so nothing moves. A product without pictures has a drawn cover.
 */
import type { Media } from '../api/types.ts'
import { cx } from '../ui/cx.ts'
import { Cover } from './cover.tsx'
import { pictureUrl, srcSetOf } from './picture_sources.ts'

type Place = {
  /** Its width in the layout, as in `<img sizes>`. */
  sizes: string
  className?: string
  /** Near the top of a page: loaded before everything else. */
  first?: boolean
  /** The whole picture, with margins; otherwise it fills its place, and is cut around its focus. */
  whole?: boolean
}

/** The first of the pictures. `described` is false where the name of the product is beside it. */
export function ProductPicture({
  id,
  media,
  described = false,
  ...place
}: Place & { id: string; media: readonly Media[] | undefined; described?: boolean }) {
  const [first] = media ?? []
  if (!first) return <Cover id={id} className={place.className ?? ''} />
  return <Picture media={first} alt={described ? first.alt : ''} {...place} />
}

export function Picture({
  media,
  alt,
  sizes,
  className,
  first = false,
  whole = false,
}: Place & { media: Media; alt: string }) {
  const { id, width, height, blur, focus } = media
  const position = `${focus.x}% ${focus.y}%`
  const size = whole ? 'contain' : 'cover'
  return (
    <picture className="contents">
      {/* Browsers lay it out like any element: it would take a cell of a grid. */}
      <source className="hidden" type="image/webp" srcSet={srcSetOf(media, 'webp')} sizes={sizes} />
      <img
        src={pictureUrl(id, 640, 'jpeg')}
        srcSet={srcSetOf(media, 'jpeg')}
        sizes={sizes}
        width={width}
        height={height}
        alt={alt}
        loading={first ? 'eager' : 'lazy'}
        fetchPriority={first ? 'high' : 'auto'}
        decoding="async"
        draggable={false}
        className={cx(whole ? 'object-contain' : 'object-cover', className)}
        style={{
          objectPosition: position,
          background: `${position} / ${size} no-repeat url("${blur}")`,
        }}
      />
    </picture>
  )
}
