import { Toast as Base } from '@base-ui/react/toast'
import { useEffect } from 'react'
import { t } from '../language/texts.ts'
import { cx } from './cx.ts'
import { Icon } from './icon.tsx'
import { consumeToasts, type Toast } from './toast.ts'

const SHOWN_MS = 5_000
const manager = Base.createToastManager<Toast>()

export default function Toaster() {
  useEffect(
    () =>
      consumeToasts((data) => {
        manager.add({
          title: data.title,
          description: data.description,
          priority: data.tone === 'bad' ? 'high' : 'low',
          data,
        })
      }),
    [],
  )
  return (
    <Base.Provider toastManager={manager} timeout={SHOWN_MS} limit={3}>
      <Base.Portal>
        <Base.Viewport className="fixed inset-x-4 bottom-4 z-60 mx-auto flex max-w-sm flex-col gap-3 sm:end-6 sm:bottom-6 sm:start-auto sm:mx-0 sm:w-96">
          <List />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  )
}

function List() {
  const { toasts, close } = Base.useToastManager<Toast>()
  return toasts.map((toast) => {
    const bad = toast.data?.tone === 'bad'
    return (
      <Base.Root
        key={toast.id}
        toast={toast}
        className="arriving flex items-center gap-3 rounded-lg border border-line bg-surface py-2 pe-2 ps-4 shadow-over transition-opacity data-ending-style:opacity-0"
      >
        <Icon name={bad ? 'warning' : 'check'} className={cx('size-5', bad ? 'text-bad' : 'text-good')} />
        <div className="min-w-0 flex-1 py-1 [overflow-wrap:anywhere]">
          <Base.Title className="font-semibold" />
          <Base.Description className="text-sm text-soft" />
        </div>
        {toast.data?.action && (
          <button
            type="button"
            className="min-h-11 rounded-md px-3 font-semibold text-accent hover:bg-sunken"
            onClick={() => {
              toast.data?.action?.run()
              close(toast.id)
            }}
          >
            {toast.data.action.label}
          </button>
        )}
        <Base.Close
          aria-label={t.common.dismiss}
          className="grid size-11 place-items-center rounded-md hover:bg-sunken"
        >
          <Icon name="close" />
        </Base.Close>
      </Base.Root>
    )
  })
}
