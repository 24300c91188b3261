import { useSyncExternalStore } from 'react'
import { t } from '../language/texts.ts'
import { Icon } from '../ui/icon.tsx'

const subscribe = (listener: () => void) => {
  for (const event of ['online', 'offline']) addEventListener(event, listener)
  return () => {
    for (const event of ['online', 'offline']) removeEventListener(event, listener)
  }
}

/** An overlay at the bottom edge, so that nothing moves. */
export function OfflineBar() {
  const online = useSyncExternalStore(subscribe, () => navigator.onLine)
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 bottom-4 z-40 flex justify-center px-4">
      {!online && (
        <p className="arriving flex items-center gap-2 rounded-full bg-warn-soft px-4 py-2 text-sm font-semibold text-warn shadow-over">
          <Icon name="offline" />
          {t.layout.offline}
        </p>
      )}
    </div>
  )
}
