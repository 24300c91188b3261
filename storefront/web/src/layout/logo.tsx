/**
 * The logo of the shop, as high as the header allows, or the mark of the pages. Its place has its size before it has loaded, so
 * nothing moves. On dark pages it stands on a light plate, for most logos are drawn for paper.
 */
import { LOGO } from '../looks.ts'
import { pictureUrl, srcSetOf } from '../shop/picture_sources.ts'
import { Typed } from '../ui/typed.tsx'
import { isSign, logoSize, MARK, MARK_PATH } from './logo_shape.ts'

type Props = {
  name: string
  /** The id of its picture. */
  id: string | null
  /** Its size; undefined from a service of an older version. */
  size: { readonly width: number; readonly height: number } | null | undefined
}

export function Logo({ name, id, size }: Props) {
  if (id === null || !size) {
    return (
      <>
        <Mark />
        <Typed className="truncate">{name}</Typed>
      </>
    )
  }
  return (
    <>
      <LogoPicture name={name} id={id} size={size} />
      {isSign(size) && (
        <Typed aria-hidden="true" className="truncate">
          {name}
        </Typed>
      )}
    </>
  )
}

function LogoPicture({ name, id, size }: { name: string; id: string; size: NonNullable<Props['size']> }) {
  const { width, height } = logoSize(size)
  const sizes = `${width}px`
  return (
    <picture className="contents">
      <source className="hidden" type="image/webp" srcSet={srcSetOf({ id, ...size }, 'webp')} sizes={sizes} />
      <img
        src={pictureUrl(id, 320, 'jpeg')}
        srcSet={srcSetOf({ id, ...size }, 'jpeg')}
        sizes={sizes}
        width={width}
        height={height}
        alt={name}
        className={LOGO}
      />
    </picture>
  )
}

/** An arch with its keystone: it holds. */
function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={MARK}>
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <path d={MARK_PATH} fill="none" strokeWidth="2.8" strokeLinecap="round" className="stroke-on-accent" />
    </svg>
  )
}
