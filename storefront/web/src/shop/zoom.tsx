/** The pictures of a product over the whole window; enlarged further, a picture is moved by scrolling. */
import { Dialog } from '@base-ui/react/dialog'
import { type KeyboardEvent, useState } from 'react'
import type { Media } from '../api/types.ts'
import { t } from '../language/texts.ts'
import { cx } from '../ui/cx.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Picture } from './product_picture.tsx'

type Props = { media: readonly Media[]; at: number; onMove: (at: number) => void; onClose: () => void }

export default function Zoom({ media, at, onMove, onClose }: Props) {
  const [near, setNear] = useState(false)
  const shown = media[at]!
  const move = (to: number) => {
    if (to < 0 || to >= media.length) return
    setNear(false)
    onMove(to)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowRight') move(at + 1)
    if (event.key === 'ArrowLeft') move(at - 1)
  }
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Popup onKeyDown={onKeyDown} className="arriving fixed inset-0 z-50 flex flex-col bg-ground">
          <div className="flex items-center gap-2 p-2 sm:p-3">
            <Dialog.Title className="min-w-0 flex-1 truncate ps-2 text-base font-normal text-soft">
              {shown.alt}
            </Dialog.Title>
            {media.length > 1 && (
              <span className="tabular px-1 text-sm text-soft">{t.picture.count(at + 1, media.length)}</span>
            )}
            <Dialog.Close aria-label={t.common.close} className={BUTTON}>
              <Icon name="close" />
            </Dialog.Close>
          </div>
          <div className="relative min-h-0 flex-1">
            <div className={cx('size-full overflow-auto', near && 'overscroll-contain')}>
              <button
                key={shown.id}
                type="button"
                aria-label={near ? t.picture.smaller : t.picture.larger}
                aria-pressed={near}
                onClick={() => setNear(!near)}
                className={cx(
                  'block -outline-offset-4',
                  near ? 'size-[220%] cursor-zoom-out' : 'size-full cursor-zoom-in',
                )}
              >
                <Picture
                  media={shown}
                  alt={shown.alt}
                  sizes={near ? '220vw' : '100vw'}
                  first
                  whole
                  className="size-full"
                />
              </button>
            </div>
            {at > 0 && <Step icon="left" label={t.picture.previous} onClick={() => move(at - 1)} />}
            {at < media.length - 1 && (
              <Step icon="right" label={t.picture.next} onClick={() => move(at + 1)} />
            )}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

const BUTTON =
  'grid size-11 shrink-0 place-items-center rounded-full bg-surface text-ink shadow-rest hover:bg-sunken'

const Step = ({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) => (
  <button
    type="button"
    aria-label={label}
    onClick={onClick}
    className={cx(BUTTON, 'absolute top-1/2 -translate-y-1/2', icon === 'left' ? 'start-3' : 'end-3')}
  >
    <Icon name={icon} />
  </button>
)
