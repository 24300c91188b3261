/** What services publish, and the log of it as a feed. */
import type { App } from '@shop/service_kit/http/app_types'
import { PAGE_LIMIT_DEFAULT } from '@shop/service_kit/http/paging'
import { listOf } from '@shop/service_kit/runtime/config'
import type { Metrics } from '@shop/service_kit/runtime/metrics'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { EventLog } from '../domain/ports.ts'
import { readFeed } from '../domain/read_feed.ts'
import { eventView, listEventsOperation, newEventsOf, publishEventsOperation } from './event_schemas.ts'

export type EventRoutesDeps = {
  readonly events: EventLog
  readonly metrics: Metrics
  readonly runtime: Pick<Runtime, 'now'>
  /** Called when events were recorded: what reads the log need not wait for its next round. */
  readonly onRecorded?: () => void
}

/** EVENTS_MAX events of average size fit, and many times the largest one. */
const BATCH_BYTES_MAX = 1024 * 1024

export function eventRoutes({ events, metrics, runtime, onRecorded }: EventRoutesDeps) {
  const received = metrics.counter('notification_events_total', 'Events received from services, by result.', [
    'result',
  ])
  return async (app: App) => {
    app.post(
      '/internal/events',
      { ...publishEventsOperation, bodyLimit: BATCH_BYTES_MAX },
      async ({ body }) => {
        const results = await events.record(newEventsOf(body.events), runtime.now().toISOString())
        for (const { result } of results) received.inc({ result })
        if (results.some(({ result }) => result === 'accepted')) onRecorded?.()
        return { results: [...results] }
      },
    )

    app.get('/events', listEventsOperation, async ({ query }) => {
      const { after = 0, limit = PAGE_LIMIT_DEFAULT, types } = query
      const page = await readFeed(events, {
        after,
        limit,
        types: types === undefined ? undefined : listOf(types),
      })
      return { events: page.events.map(eventView), next_after: page.nextAfter, more: page.more }
    })
  }
}
