/** The pictures of a product or group: their files, their order, alternative texts and focus points. */

import { useId, useState } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { toast } from '../../ui/toast.ts'
import type { Picture } from '../products/conflict.ts'
import { FOCUS_CENTRE, moved } from './arrange.ts'
import { PictureItem } from './picture_item.tsx'
import { PictureUploads } from './picture_uploads.tsx'

type Props = {
  pictures: readonly Picture[]
  onChange: (next: (pictures: readonly Picture[]) => readonly Picture[]) => void
  fault: string | undefined
}

export function PicturesField({ pictures, onChange, fault }: Props) {
  const id = useId()
  const [dragged, setDragged] = useState<number>()
  const add = (id: string) => {
    if (pictures.some((picture) => picture.id === id)) toast({ title: admin.pictures.known })
    onChange((before) =>
      before.some((picture) => picture.id === id)
        ? before
        : [...before, { id, alt: '', focus: FOCUS_CENTRE }],
    )
  }
  const move = (from: number, to: number) => onChange((before) => moved(before, from, to))
  return (
    <div className="grid gap-4">
      <PictureUploads onStored={add} more={admin.pictures.more} choose={admin.pictures.choose}>
        {pictures.length > 0 && (
          <ol className="grid gap-3">
            {pictures.map((picture, i) => (
              <PictureItem
                key={picture.id}
                picture={picture}
                position={i}
                count={pictures.length}
                faulty={fault !== undefined}
                onChange={(change) =>
                  onChange((before) =>
                    before.map((each) => (each.id === picture.id ? { ...each, ...change } : each)),
                  )
                }
                onMove={(to) => move(i, to)}
                onRemove={() => onChange((before) => before.filter((each) => each.id !== picture.id))}
                drag={{
                  isDragged: dragged === i,
                  start: () => setDragged(i),
                  over: () => {
                    if (dragged === undefined || dragged === i) return
                    move(dragged, i)
                    setDragged(i)
                  },
                  end: () => setDragged(undefined),
                }}
              />
            ))}
          </ol>
        )}
      </PictureUploads>
      {fault && (
        <p id={`${id}-fault`} role="alert" className="text-sm text-bad">
          {fault}
        </p>
      )}
    </div>
  )
}
