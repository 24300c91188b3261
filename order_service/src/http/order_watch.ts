/**
 * Tells watchers of an order's changes: those made in this process at once, those made by other replicas within
 * POLL_MS. One query asks for POLL_BATCH_MAX watched orders together, and only while someone watches. Everything else
 * has its turn between two of them, and between two orders that changed: thousands may be watched, and settled at once.
 */
import { type Cancel, nextTurn, type Runtime } from '@shop/service_kit/runtime/runtime'
import type { Order } from '../domain/order.ts'
import type { OrderStore } from '../domain/ports.ts'

export const POLL_MS = 1_000
export const POLL_BATCH_MAX = 250

export type OrderWatch = {
  /** Calls `onChange` with each newer state until the returned function is called. Never with the same twice. */
  watch(order: Order, onChange: (order: Order) => void): () => void
  /** To be told of every order saved in this process. */
  changed(order: Order): void
  close(): void
}

type Watcher = { version: number; readonly onChange: (order: Order) => void }

export function createOrderWatch(
  orders: Pick<OrderStore, 'find' | 'versionsOf'>,
  runtime: Pick<Runtime, 'after' | 'defer'>,
  onFault: (fault: unknown) => void,
  pollMs = POLL_MS,
): OrderWatch {
  const watched = new Map<string, Set<Watcher>>()
  let cancel: Cancel | undefined
  let polling = false
  let closed = false

  const changed = (order: Order) => {
    const watchers = watched.get(order.id)
    if (!watchers) return
    for (const watcher of [...watchers]) {
      if (order.version <= watcher.version) continue
      watcher.version = order.version
      watcher.onChange(order)
    }
  }

  const lookAt = async (ids: readonly string[]) => {
    for (const [id, version] of await orders.versionsOf(ids)) {
      const behind = [...(watched.get(id) ?? [])].some((watcher) => watcher.version < version)
      if (!behind) continue
      // One that cannot be read is no reason to leave the others unlooked at.
      const stored = await orders.find(id).catch((fault) => void onFault(fault))
      if (stored) changed(stored.order)
      await nextTurn(runtime)
    }
  }

  const poll = async () => {
    cancel = undefined
    if (watched.size === 0) return
    polling = true
    try {
      const ids = [...watched.keys()]
      for (let from = 0; from < ids.length; from += POLL_BATCH_MAX) {
        await lookAt(ids.slice(from, from + POLL_BATCH_MAX))
        await nextTurn(runtime)
      }
    } catch (fault) {
      onFault(fault)
    }
    polling = false
    schedule()
  }

  const schedule = () => {
    if (cancel || polling || closed || watched.size === 0) return
    cancel = runtime.after(pollMs, poll, { background: true })
  }

  return {
    watch(order, onChange) {
      const watcher: Watcher = { version: order.version, onChange }
      const watchers = watched.get(order.id) ?? new Set()
      watched.set(order.id, watchers.add(watcher))
      schedule()
      return () => {
        watchers.delete(watcher)
        if (watchers.size === 0 && watched.get(order.id) === watchers) watched.delete(order.id)
      }
    },
    changed,
    close() {
      closed = true
      cancel?.()
    },
  }
}
