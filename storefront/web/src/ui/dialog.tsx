/** Dialogs on Base UI: focus stays inside and is restored, Escape closes, and the page behind is hidden and does not scroll. */

import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode, RefObject } from 'react'
import { t } from '../language/texts.ts'
import { Button } from './button.tsx'
import { cx } from './cx.ts'
import { Icon } from './icon.tsx'

const BACKDROP =
  'fixed inset-0 z-40 bg-veil transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0'
const POPUP =
  'fixed inset-x-0 bottom-0 z-50 max-h-[92dvh] overflow-y-auto rounded-t-xl bg-surface p-5 shadow-over ' +
  'sm:inset-auto sm:top-1/2 sm:left-1/2 sm:w-[calc(100vw-3rem)] sm:-translate-1/2 sm:rounded-xl sm:p-7 ' +
  'transition-[opacity,scale] data-ending-style:opacity-0 data-starting-style:opacity-0 ' +
  'sm:data-ending-style:scale-97 sm:data-starting-style:scale-97'

type DialogProps = {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  description?: ReactNode
  children: ReactNode
  /** `wide` for comparisons and tables. */
  size?: 'normal' | 'wide'
  /** Has the focus first; the default is the first control. */
  initialFocus?: RefObject<HTMLElement | null> | undefined
}

export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  size = 'normal',
  initialFocus,
}: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={BACKDROP} />
        <Base.Popup
          {...(initialFocus ? { initialFocus } : {})}
          className={cx(POPUP, size === 'wide' ? 'sm:max-w-4xl' : 'sm:max-w-lg')}
        >
          <div className="mb-4 flex items-start gap-4">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-xl font-semibold">{title}</Base.Title>
              {description && <Base.Description className="mt-1 text-soft">{description}</Base.Description>}
            </div>
            <Base.Close
              aria-label={t.common.close}
              className="-mt-2 -me-2 grid size-11 place-items-center rounded-md hover:bg-sunken"
            >
              <Icon name="close" />
            </Base.Close>
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

/** Asks for confirmation before an action that cannot be undone. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  children,
  confirm,
  keep,
  onConfirm,
  busy = false,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  children: ReactNode
  /** Label of the button that does it, */
  confirm: string
  /** and of the one that does not. */
  keep: string
  onConfirm: () => void
  busy?: boolean
}) {
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={BACKDROP} />
        <AlertDialog.Popup className={cx(POPUP, 'sm:max-w-md')}>
          <AlertDialog.Title className="text-xl font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description className="mt-2 text-soft">{children}</AlertDialog.Description>
          <div className="mt-6 flex flex-wrap justify-end gap-3">
            <AlertDialog.Close render={<Button>{keep}</Button>} />
            <Button tone="danger" busy={busy} onClick={onConfirm}>
              {confirm}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
