/** An event as the body of a webhook: CloudEvents 1.0, structured, with the extensions `sequence` and `partitioning`. */
import { eventIdOf, type NewEvent } from '../domain/event.ts'

export const CONTENT_TYPE = 'application/cloudevents+json'

export const cloudEvent = (event: NewEvent, source: string): string =>
  JSON.stringify({
    specversion: '1.0',
    id: eventIdOf(event),
    source,
    type: event.type,
    subject: event.aggregate,
    time: event.time,
    datacontenttype: 'application/json',
    // As text that sorts like the numbers.
    sequence: String(event.sequence).padStart(16, '0'),
    partitionkey: event.aggregate,
    data: event.data,
  })
