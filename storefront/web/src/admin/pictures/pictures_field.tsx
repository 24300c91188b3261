/** The pictures of a product or group: dropped, chosen or pasted files, their order, alternative texts and focus points. */

import { type DragEvent, useEffect, useId, useRef, useState, useSyncExternalStore } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Icon } from '../../ui/icon.tsx'
import { toast } from '../../ui/toast.ts'
import type { Picture } from '../products/conflict.ts'
import { FOCUS_CENTRE, moved } from './arrange.ts'
import { PictureItem } from './picture_item.tsx'
import { uploadPicture } from './upload.ts'
import { UploadItem } from './upload_item.tsx'
import { createUploads } from './uploads.ts'

const ACCEPTED = 'image/jpeg,image/png,image/webp,image/avif'
const TEXT_INPUT = 'input:not([type=file]):not([type=checkbox]):not([type=radio]), textarea'

type Props = {
  pictures: readonly Picture[]
  onChange: (next: (pictures: readonly Picture[]) => readonly Picture[]) => void
  fault: string | undefined
}

export function PicturesField({ pictures, onChange, fault }: Props) {
  const id = useId()
  const chooser = useRef<HTMLInputElement>(null)
  const store = useRef((_: string) => {})
  const [uploads] = useState(() => createUploads(uploadPicture, (id) => store.current(id)))
  const list = useSyncExternalStore(uploads.subscribe, uploads.list)
  const [over, setOver] = useState(false)
  const [dragged, setDragged] = useState<number>()

  useEffect(() => {
    store.current = (id) => {
      if (pictures.some((picture) => picture.id === id)) toast({ title: admin.pictures.known })
      onChange((before) =>
        before.some((picture) => picture.id === id)
          ? before
          : [...before, { id, alt: '', focus: FOCUS_CENTRE }],
      )
    }
  })
  useEffect(() => uploads.dropAll, [uploads])
  useEffect(() => {
    const paste = ({ clipboardData, target }: ClipboardEvent) => {
      const files = [...(clipboardData?.files ?? [])].filter(({ type }) => type.startsWith('image/'))
      const hasText = clipboardData?.types.includes('text/plain')
      if (files.length === 0 || (hasText && (target as Element).matches?.(TEXT_INPUT))) return
      uploads.add(files)
    }
    document.addEventListener('paste', paste)
    return () => document.removeEventListener('paste', paste)
  }, [uploads])

  const isFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files')
  const move = (from: number, to: number) => onChange((before) => moved(before, from, to))
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is dropped can also be chosen and pasted
    <div
      onDragOver={(event) => {
        if (!isFiles(event)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        if (!isFiles(event)) return
        event.preventDefault()
        setOver(false)
        uploads.add([...event.dataTransfer.files])
      }}
      className="grid gap-4"
    >
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
      {list.length > 0 && (
        <ul className="grid gap-2">
          {list.map((upload) => (
            <UploadItem
              key={upload.key}
              upload={upload}
              drop={() => uploads.drop(upload.key)}
              again={() => uploads.again(upload.key)}
            />
          ))}
        </ul>
      )}
      <div
        className={cx(
          'flex flex-wrap items-center gap-x-4 gap-y-3 rounded-lg border border-dashed p-4 transition-colors',
          over ? 'border-accent bg-accent-soft' : 'border-edge',
        )}
      >
        <Icon name="picture" className="size-8 text-soft" />
        <p id={id} className="min-w-0 flex-1 basis-48 text-sm text-soft">
          {over ? admin.pictures.letGo : admin.pictures.more}
        </p>
        <input
          ref={chooser}
          type="file"
          hidden
          multiple
          accept={ACCEPTED}
          aria-label={admin.pictures.choose}
          onChange={({ currentTarget }) => {
            uploads.add([...(currentTarget.files ?? [])])
            currentTarget.value = ''
          }}
        />
        <Button icon="plus" aria-describedby={id} onClick={() => chooser.current?.click()}>
          {admin.pictures.choose}
        </Button>
      </div>
      {fault && (
        <p id={`${id}-fault`} role="alert" className="text-sm text-bad">
          {fault}
        </p>
      )}
    </div>
  )
}
