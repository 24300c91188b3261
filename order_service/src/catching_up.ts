/**
 * Stores in small steps, in the background, what is not stored with an order (OrderStore.catchUp): numbers of the orders of an earlier
 * release, once after an update and while replicas of that release run beside this one, and on SQLite by which products an order
 * is found. It stops between two steps, and any replica goes on.
 */
import { inContext, NO_REQUEST } from '@shop/service_kit/runtime/request_context'
import type { Cancel, Runtime } from '@shop/service_kit/runtime/runtime'
import type { OrderStore } from './domain/ports.ts'

/** Orders of one step: a write on the main thread, between those of requests. */
const STEP = 50
/** Between two steps while there are more, so that requests come first. */
const PAUSE_MS = 20
/** Between two looks for orders that were added since. */
const LOOK_EVERY_MS = 1_000

export type CatchingUpOptions = {
  readonly orders: Pick<OrderStore, 'catchUp'>
  readonly runtime: Pick<Runtime, 'after'>
  readonly onFault: (fault: unknown) => void
}

/** Returns a function that stops it, after the running step. */
export function startCatchingUp({ orders, runtime, onFault }: CatchingUpOptions): () => Promise<void> {
  let cancel: Cancel | undefined
  let running: Promise<void> | undefined
  let stopped = false

  const step = async () => {
    const more = await orders.catchUp(STEP).catch((fault) => {
      onFault(fault)
      return false
    })
    if (!stopped) cancel = runtime.after(more ? PAUSE_MS : LOOK_EVERY_MS, run, { background: true })
  }
  const run = () => {
    running = inContext(NO_REQUEST, step)
  }

  run()
  return async () => {
    stopped = true
    cancel?.()
    await running
  }
}
