/** The pictures of a product: one after another by swiping, by the arrow keys, and by small ones below. */
import { type KeyboardEvent, lazy, Suspense, useRef, useState } from 'react'
import type { Media } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { GALLERY, PICTURE_FRAME, PICTURE_SIZES, THUMB, THUMBS } from '../looks.ts'
import { cx } from '../ui/cx.ts'
import { Icon } from '../ui/icon.tsx'
import { Cover } from './cover.tsx'
import { Picture } from './product_picture.tsx'

const Zoom = lazy(() => import('./zoom.tsx'))

export function Gallery({ id, media }: { id: string; media: readonly Media[] }) {
  const strip = useRef<HTMLUListElement>(null)
  const [at, setAt] = useState(0)
  const [zoomed, setZoomed] = useState(false)
  if (media.length === 0) return <Cover id={id} className={PICTURE_FRAME} />

  const show = (next: number) => {
    const to = Math.min(Math.max(next, 0), media.length - 1)
    const frame = strip.current
    const smooth = !matchMedia('(prefers-reduced-motion: reduce)').matches
    frame?.scrollTo({ left: to * frame.clientWidth, behavior: smooth ? 'smooth' : 'instant' })
    setAt(to)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    show(at + step)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys of the buttons inside
    <div className={GALLERY} onKeyDown={onKeyDown}>
      <div className="relative">
        <ul
          ref={strip}
          dir="ltr"
          aria-label={t.picture.all}
          className={cx(
            PICTURE_FRAME,
            'no-scrollbar flex snap-x snap-mandatory overflow-x-auto overflow-y-hidden',
          )}
          onScroll={({ currentTarget: { scrollLeft, clientWidth } }) => {
            const near = Math.round(scrollLeft / clientWidth)
            if (Math.abs(scrollLeft / clientWidth - near) < 0.05) setAt(near)
          }}
        >
          {media.map((each, i) => (
            <li key={each.id} className="size-full shrink-0 snap-center">
              <button
                type="button"
                tabIndex={i === at ? 0 : -1}
                aria-label={`${t.picture.enlarge}: ${each.alt}`}
                onClick={() => setZoomed(true)}
                className="size-full cursor-zoom-in rounded-xl bg-sunken -outline-offset-2"
              >
                <Picture
                  media={each}
                  alt={each.alt}
                  sizes={PICTURE_SIZES}
                  first={i === 0}
                  className="size-full rounded-xl"
                />
              </button>
            </li>
          ))}
        </ul>
        <span
          aria-hidden="true"
          className="pointer-events-none absolute end-3 bottom-3 grid size-10 place-items-center rounded-full bg-surface text-ink opacity-90 shadow-rest"
        >
          <Icon name="enlarge" />
        </span>
      </div>
      {media.length > 1 && (
        <ul className={THUMBS}>
          {media.map((each, i) => (
            <li key={each.id}>
              <button
                type="button"
                aria-label={t.picture.show(i + 1, media.length, each.alt)}
                aria-current={i === at || undefined}
                onClick={() => show(i)}
                className={cx(THUMB, i === at ? 'border-accent' : 'border-transparent hover:border-edge')}
              >
                <Picture media={each} alt="" sizes="5rem" className="size-full" />
              </button>
            </li>
          ))}
        </ul>
      )}
      {zoomed && (
        <Suspense>
          <Zoom media={media} at={at} onMove={show} onClose={() => setZoomed(false)} />
        </Suspense>
      )}
    </div>
  )
}
