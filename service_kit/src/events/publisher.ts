/** The receiving end of a relay: notification_service, over HTTP. */
import { type ServiceClient, ServiceUnreachable } from '../calls/service_client.ts'
import type { OutgoingEvent } from './source.ts'

/** Events of one call; notification_service accepts as many. */
export const EVENTS_PER_CALL_MAX = 100
/** Of their data as JSON. notification_service accepts twice as much. */
export const BYTES_PER_CALL_MAX = 512 * 1024
const DEADLINE_MS = 10_000

/** `expected`: the number that the aggregate goes on with. */
export type Receipt = { readonly aggregate: string; readonly expected: number }

/** The events themselves are at fault; of a call with several, any of them. */
export class EventsRefused extends Error {}

/** Resolves one receipt for each aggregate. Rejects with EventsRefused, or with another error if the outcome is unknown. */
export type Publish = (events: readonly OutgoingEvent[]) => Promise<readonly Receipt[]>

export function createPublisher(service: Pick<ServiceClient, 'post'>): Publish {
  return async (events) => {
    const aggregates = new Set(events.map(({ aggregate }) => aggregate))
    let answer: { results?: unknown } | null
    try {
      answer = await service.post<{ results?: unknown } | null>(
        '/internal/events',
        { events },
        { deadlineMs: DEADLINE_MS, repeatable: true },
      )
    } catch (error) {
      const { status } = error as ServiceUnreachable
      if (error instanceof ServiceUnreachable && (status === 400 || status === 413))
        throw new EventsRefused(error.message, { cause: error })
      throw error
    }
    const receipts = new Map<string, Receipt>()
    const results: readonly unknown[] = Array.isArray(answer?.results) ? answer.results : []
    for (const result of results) {
      const { aggregate, expected } = (result ?? {}) as Partial<Receipt>
      if (aggregate === undefined || !aggregates.has(aggregate) || !Number.isSafeInteger(expected)) continue
      receipts.set(aggregate, { aggregate, expected: expected! })
    }
    if (receipts.size !== aggregates.size)
      throw new Error('/internal/events did not answer all of its events')
    return [...receipts.values()]
  }
}
