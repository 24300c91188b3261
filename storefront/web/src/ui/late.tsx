/**
 * One message for all pages when something takes longer than usual, as an overlay at the bottom edge, so that nothing
 * moves. Everything a visitor waits for calls `useWaiting`.
 */

import { useEffect, useSyncExternalStore } from 'react'
import { t } from '../language/texts.ts'
import { Icon } from './icon.tsx'

const LATE_MS = 3_000

const listeners = new Set<() => void>()
let late = 0

function change(by: number) {
  late += by
  for (const listener of listeners) listener()
}

/** Reports that the visitor is waiting while `waiting` is true. */
export function useWaiting(waiting: boolean): void {
  useEffect(() => {
    if (!waiting) return
    let reported = false
    const timer = setTimeout(() => {
      reported = true
      change(1)
    }, LATE_MS)
    return () => {
      clearTimeout(timer)
      if (reported) change(-1)
    }
  }, [waiting])
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function LateBar() {
  const shown = useSyncExternalStore(subscribe, () => late > 0)
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 bottom-4 z-60 flex justify-center px-4">
      {shown && navigator.onLine && (
        <p className="arriving flex items-center gap-2 rounded-full bg-info-soft px-4 py-2 text-sm font-semibold text-info shadow-over">
          <Icon name="clock" />
          {t.common.late}
        </p>
      )}
    </div>
  )
}
