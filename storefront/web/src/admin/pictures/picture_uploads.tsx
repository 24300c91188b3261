/** Files of pictures that are dropped, chosen or pasted, and the progress of each. */
import {
  type DragEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Icon } from '../../ui/icon.tsx'
import { uploadPicture } from './upload.ts'
import { UploadItem } from './upload_item.tsx'
import { createUploads } from './uploads.ts'

const ACCEPTED = 'image/jpeg,image/png,image/webp,image/avif'
const TEXT_INPUT = 'input:not([type=file]):not([type=checkbox]):not([type=radio]), textarea'

type Props = {
  /** With the id of each stored picture, in the order of the files. */
  onStored: (id: string) => void
  /** At most one: a new file takes the place of one on its way. */
  single?: boolean
  /** What may be done here, and with which files. */
  more: string
  choose: string
  /** What is there already. */
  children?: ReactNode
}

export function PictureUploads({ onStored, single = false, more, choose, children }: Props) {
  const id = useId()
  const chooser = useRef<HTMLInputElement>(null)
  const store = useRef(onStored)
  const [uploads] = useState(() => createUploads(uploadPicture, (id) => store.current(id)))
  const list = useSyncExternalStore(uploads.subscribe, uploads.list)
  const [over, setOver] = useState(false)

  useEffect(() => {
    store.current = onStored
  })
  useEffect(() => uploads.dropAll, [uploads])
  const add = (files: readonly File[]) => {
    if (single) uploads.dropAll()
    uploads.add(single ? files.slice(0, 1) : files)
  }
  const paste = useRef(add)
  useEffect(() => {
    paste.current = add
  })
  useEffect(() => {
    const onPaste = ({ clipboardData, target }: ClipboardEvent) => {
      const files = [...(clipboardData?.files ?? [])].filter(({ type }) => type.startsWith('image/'))
      const hasText = clipboardData?.types.includes('text/plain')
      if (files.length === 0 || (hasText && (target as Element).matches?.(TEXT_INPUT))) return
      paste.current(files)
    }
    document.addEventListener('paste', onPaste)
    return () => document.removeEventListener('paste', onPaste)
  }, [])

  const isFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files')
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
        add([...event.dataTransfer.files])
      }}
      className="grid gap-4"
    >
      {children}
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
          {over ? admin.pictures.letGo : more}
        </p>
        <input
          ref={chooser}
          type="file"
          hidden
          multiple={!single}
          accept={ACCEPTED}
          aria-label={choose}
          onChange={({ currentTarget }) => {
            add([...(currentTarget.files ?? [])])
            currentTarget.value = ''
          }}
        />
        <Button icon="plus" aria-describedby={id} onClick={() => chooser.current?.click()}>
          {choose}
        </Button>
      </div>
    </div>
  )
}
