/**
 * The logo of the shop, as high as the header allows, or the mark of the pages. Its place has its size before it has loaded, so
 * nothing moves. On dark pages it stands on a light plate, for most logos are drawn for paper.
 */
import { pictureUrl, srcSetOf } from '../shop/picture_sources.ts'
import { Typed } from '../ui/typed.tsx'

const HEIGHT = 36
const WIDTH_MAX = 176
/** A logo that is nearly square is a sign, which stands beside the name; a wider one has the name in it. */
const SIGN_RATIO_MAX = 1.5

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
      {size.width <= size.height * SIGN_RATIO_MAX && (
        <Typed aria-hidden="true" className="truncate">
          {name}
        </Typed>
      )}
    </>
  )
}

/** The largest size of that shape within the header. */
export function logoSize({ width, height }: { width: number; height: number }) {
  const scale = Math.min(HEIGHT / height, WIDTH_MAX / width)
  return { width: Math.round(width * scale), height: Math.round(height * scale) }
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
        className="box-content shrink-0 rounded-md bg-plate p-1"
      />
    </picture>
  )
}

/** An arch with its keystone: it holds. */
function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className="size-8 shrink-0">
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <path
        d="M9 23V12a7 7 0 0 1 14 0v11M9 17.5h14"
        fill="none"
        strokeWidth="2.8"
        strokeLinecap="round"
        className="stroke-on-accent"
      />
    </svg>
  )
}
