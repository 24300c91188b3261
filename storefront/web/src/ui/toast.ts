/** Short messages that disappear: `toast({ title: 'In your cart' })`, from anywhere. The toaster loads with the first one. */

import type { ReactNode } from 'react'

export type Toast = {
  readonly title: ReactNode
  readonly description?: ReactNode
  readonly tone?: 'good' | 'bad'
  readonly action?: { readonly label: string; readonly run: () => void }
}

type Sink = (toast: Toast) => void

const waiting: Toast[] = []
let sink: Sink | undefined
let onFirst: (() => void) | undefined

export function toast(message: Toast): void {
  if (sink) {
    sink(message)
    return
  }
  waiting.push(message)
  onFirst?.()
}

/** Calls `listener` when there is a message and no toaster yet. */
export function onFirstToast(listener: () => void): () => void {
  onFirst = listener
  if (waiting.length > 0) listener()
  return () => {
    onFirst = undefined
  }
}

export function consumeToasts(next: Sink): () => void {
  sink = next
  for (const message of waiting.splice(0)) next(message)
  return () => {
    sink = undefined
  }
}
