import { type DragEvent, useState } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { formatNumber } from '../../language/formats.ts'
import { IconButton } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { TextField } from '../../ui/field.tsx'
import type { Picture } from '../products/conflict.ts'
import { altFault } from '../products/field_text.ts'
import { FocusPoint } from './focus_point.tsx'

type Props = {
  picture: Picture
  position: number
  count: number
  /** Show what is missing. */
  faulty: boolean
  onChange: (change: Partial<Picture>) => void
  onMove: (to: number) => void
  onRemove: () => void
  drag: { isDragged: boolean; start: () => void; over: () => void; end: () => void }
}

/** It can be dragged by everything but its controls: those must stay usable. */
export function PictureItem({ picture, position, count, faulty, onChange, onMove, onRemove, drag }: Props) {
  const [holding, setHolding] = useState(false)
  const number = formatNumber(position + 1)
  const stop = (event: DragEvent) => {
    if (!drag.isDragged && event.dataTransfer.types.includes('Files')) return
    event.preventDefault()
  }
  return (
    <li
      draggable={holding}
      onPointerDown={({ target }) => setHolding(!(target as Element).closest('input, button'))}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move'
        event.dataTransfer.setData('text/x-picture', picture.id)
        drag.start()
      }}
      onDragEnter={drag.over}
      onDragOver={stop}
      onDrop={stop}
      onDragEnd={drag.end}
      className={cx(
        'flex flex-wrap gap-x-4 gap-y-3 rounded-lg border border-line bg-surface p-3',
        drag.isDragged && 'opacity-50',
      )}
    >
      <FocusPoint
        picture={picture}
        label={admin.pictures.focus(number, picture.focus.x, picture.focus.y)}
        onChange={(focus) => onChange({ focus })}
      />
      <div className="grid min-w-0 flex-1 basis-56 content-between gap-2">
        <TextField
          label={admin.pictures.alt(number)}
          hint={position === 0 ? admin.pictures.first : undefined}
          value={picture.alt}
          error={faulty ? altFault(picture.alt) : undefined}
          onChange={({ currentTarget }) => onChange({ alt: currentTarget.value })}
        />
        <div className="-mx-2 -mb-1 flex items-center">
          <IconButton
            icon="up"
            label={admin.pictures.earlier(number)}
            disabled={position === 0}
            onClick={() => onMove(position - 1)}
          />
          <IconButton
            icon="down"
            label={admin.pictures.later(number)}
            disabled={position === count - 1}
            onClick={() => onMove(position + 1)}
          />
          <span className="flex-1" />
          <IconButton icon="trash" label={admin.pictures.remove(number)} onClick={onRemove} />
        </div>
      </div>
    </li>
  )
}
