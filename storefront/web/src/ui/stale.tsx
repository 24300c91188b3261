import { formatClock } from '../language/formats.ts'
import { t } from '../language/texts.ts'

/** Shown when the last fetch failed and the page shows older data. An overlay at the bottom edge, so that nothing moves. */
export function Stale({ when, at }: { when: boolean; at: number }) {
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 bottom-4 z-30 flex justify-center px-4">
      {when && navigator.onLine && (
        <p className="arriving rounded-full bg-warn-soft px-4 py-2 text-sm font-semibold text-warn shadow-over">
          {t.common.stale(formatClock(at))}
        </p>
      )}
    </div>
  )
}
