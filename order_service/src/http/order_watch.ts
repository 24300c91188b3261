/**
 * Notifies watchers of changes of an order: changes made in this process at once, changes made by other replicas within
 * POLL_MS. One query reads the versions of POLL_BATCH_MAX watched orders; nothing is read while no order is watched.
 * Other work runs between two queries and between two changed orders: thousands may be watched, and may change at once.
 */
import { type Cancel, nextTurn, type Runtime } from '@shop/service_kit/runtime/runtime'
import type { Order } from '../domain/order.ts'
import type { OrderStore } from '../domain/ports.ts'

export const POLL_MS = 1_000
export const POLL_BATCH_MAX = 250

export type OrderWatch = {
  /** Calls `onChange` once with each newer version, until the returned function is called. */
  watch(order: Order, onChange: (order: Order) => void): () => void
  /** To be called with every order saved in this process. */
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

  const check = async (ids: readonly string[]) => {
    for (const [id, version] of await orders.versionsOf(ids)) {
      const behind = [...(watched.get(id) ?? [])].some((watcher) => watcher.version < version)
      if (!behind) continue
      // An order that cannot be read must not stop the check of the others.
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
        await check(ids.slice(from, from + POLL_BATCH_MAX))
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
