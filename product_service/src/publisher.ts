/**
 * Publishes drafts whose time has come, in the background of every replica: which of them does it decides the store, once
 * (`publish` checks the time again in its transaction). One that fails is reported, and tried again; the others are published.
 */
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { Scheduled } from './domain/group_ports.ts'

/** A draft is on sale at most this long after its time, while the store answers. */
export const PUBLISH_EVERY_MS = 5_000
/** Of each kind, in one pass. */
export const PUBLISH_AT_ONCE_MAX = 100

export type PublisherOptions = {
  readonly kinds: readonly Scheduled[]
  readonly runtime: Pick<Runtime, 'now' | 'sleep'>
  readonly onFailure: (error: unknown) => void
}

export function createPublisher({ kinds, runtime, onFailure }: PublisherOptions) {
  const stopping = new AbortController()
  let running: Promise<void> | undefined

  const pass = async (kind: Scheduled) => {
    const at = runtime.now().toISOString()
    try {
      for (const id of await kind.due(at, PUBLISH_AT_ONCE_MAX)) {
        if (stopping.signal.aborted) return
        await kind.publish(id, at).catch(onFailure)
      }
    } catch (error) {
      onFailure(error)
    }
  }

  const repeat = async () => {
    while (!stopping.signal.aborted) {
      for (const kind of kinds) await pass(kind)
      await runtime.sleep(PUBLISH_EVERY_MS, stopping.signal, { background: true }).catch(() => {})
    }
  }

  return {
    start() {
      running ??= repeat()
    },
    /** Resolves when the publication under way has ended. */
    async stop() {
      stopping.abort()
      await running
    },
  }
}
