/**
 * What the parts of the provider share: its objects, its clock (the real one, moved by `offset` seconds), ids and events.
 * Time passes in `settle`: what is due by the clock happens there, before the next request is answered.
 */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Knobs } from './knobs.ts'
import type { Objects, Stored } from './objects.ts'

export const API_VERSION = '2026-10-28.endive'
/** How late a reordered webhook is sent at most. */
export const REORDERED_MS = 30_000

export type Bank = {
  readonly objects: Objects
  /** Seconds. */
  now(): number
  newId(prefix: string): string
  happens(chance: number): boolean
  knobs(): Knobs
  emit(type: string, object: Stored): void
}

export type BankOptions = {
  readonly objects: Objects
  readonly runtime: Pick<Runtime, 'now' | 'newId' | 'random'>
  readonly knobs: () => Knobs
  readonly hasWebhook: () => boolean
}

export const OFFSET = 'clock_offset'

export function createBank({ objects, runtime, knobs, hasWebhook }: BankOptions): Bank {
  const newId = (prefix: string) => `${prefix}_${runtime.newId().replaceAll('-', '')}`
  const now = () => Math.floor(runtime.now().getTime() / 1000) + (objects.setting<number>(OFFSET) ?? 0)
  const happens = (chance: number) => chance > 0 && runtime.random() < chance
  return {
    objects,
    now,
    newId,
    happens,
    knobs,
    emit(type, object) {
      const event: Stored = {
        id: newId('evt'),
        object: 'event',
        api_version: API_VERSION,
        created: now(),
        data: { object },
        livemode: false,
        pending_webhooks: hasWebhook() ? 1 : 0,
        request: { id: null, idempotency_key: null },
        type,
      }
      objects.put(event)
      const { webhooks_lost, webhooks_doubled, webhooks_reordered } = knobs()
      if (!hasWebhook() || happens(webhooks_lost)) return
      const at = runtime.now().getTime()
      const late = happens(webhooks_reordered) ? Math.ceil(runtime.random() * REORDERED_MS) : 0
      objects.queue({ event: event.id, at: at + late, attempts: 0 })
      if (happens(webhooks_doubled)) objects.queue({ event: event.id, at, attempts: 0 })
    },
  }
}
