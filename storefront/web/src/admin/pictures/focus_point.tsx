/** The point of a picture that no crop cuts off: a click or the arrow keys move it. Beside it, how a square crop looks. */
import { admin } from '../../language/admin_texts.ts'
import type { Picture } from '../products/conflict.ts'
import { focusAt, movedFocus } from './arrange.ts'
import { pictureAddress } from './thumb.tsx'

type Props = { picture: Picture; label: string; onChange: (focus: Picture['focus']) => void }

export function FocusPoint({ picture: { id, focus }, label, onChange }: Props) {
  const address = pictureAddress(id, 320)
  return (
    <div className="flex shrink-0 items-start gap-2">
      <button
        type="button"
        aria-label={label}
        title={admin.pictures.focusMore}
        onClick={(event) => {
          // A click by keyboard has no place.
          if (event.detail === 0) return
          onChange(
            focusAt({ x: event.clientX, y: event.clientY }, event.currentTarget.getBoundingClientRect()),
          )
        }}
        onKeyDown={(event) => {
          const next = movedFocus(focus, event.key, event.shiftKey)
          if (!next) return
          event.preventDefault()
          onChange(next)
        }}
        className="relative block cursor-crosshair overflow-hidden rounded-md bg-sunken"
      >
        <img src={address} alt="" draggable={false} className="block max-h-36 min-h-16 max-w-40 min-w-16" />
        <span
          className="absolute size-5 -translate-1/2 rounded-full border-2 border-accent bg-surface/60 shadow-lift"
          style={{ left: `${focus.x}%`, top: `${focus.y}%` }}
        />
      </button>
      <img
        src={address}
        alt=""
        title={admin.pictures.square}
        draggable={false}
        className="size-14 rounded-md bg-sunken object-cover"
        style={{ objectPosition: `${focus.x}% ${focus.y}%` }}
      />
    </div>
  )
}
