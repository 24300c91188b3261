/** The metrics of relays: made once in a process, for all of its relays. Each has the kind of its source as a label. */
import type { Metrics } from '../runtime/metrics.ts'

export const createRelayMetrics = ({ counter, gauge }: Metrics) => ({
  waiting: gauge('events_unpublished', 'Things with events that are not published, by kind.', ['kind']),
  oldest: gauge('events_oldest_seconds', 'Age of the oldest such event, by kind.', ['kind']),
  published: counter('events_published_total', 'Events that the log has, by kind.', ['kind']),
  refused: counter(
    'events_refused_total',
    'Things whose events could not be read or were refused, by kind.',
    ['kind'],
  ),
})
export type RelayMetrics = ReturnType<typeof createRelayMetrics>
