/** The operations on the event log, and their JSON. */
import { ADMIN_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from '@shop/service_kit/http/paging'
import { Body, Timestamp } from '@shop/service_kit/http/schemas'
import { Problem } from '@shop/service_kit/runtime/problem'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import {
  AGGREGATE,
  AGGREGATE_LENGTH_MAX,
  DATA_BYTES_MAX,
  EVENTS_MAX,
  type EventData,
  eventIdOf,
  type NewEvent,
  type RecordedEvent,
  TYPE,
  TYPE_LENGTH_MAX,
} from '../domain/event.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'events')

/** Of a filter. */
export const TYPES_MAX = 50

const Aggregate = Type.String({
  pattern: AGGREGATE.source,
  maxLength: AGGREGATE_LENGTH_MAX,
  [MESSAGE]: `must be such as order:<id>, with up to ${AGGREGATE_LENGTH_MAX} characters`,
})
const EventType = Type.String({
  pattern: TYPE.source,
  maxLength: TYPE_LENGTH_MAX,
  [MESSAGE]: `must be such as order.confirmed, with up to ${TYPE_LENGTH_MAX} characters`,
})
const Sequence = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const Data = Type.Unsafe<EventData>({ type: 'object', additionalProperties: true })
const Position = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

const NewEvents = Type.Array(
  Body({
    aggregate: Aggregate,
    sequence: Sequence,
    type: EventType,
    time: Timestamp,
    data: Data,
    coalesced: Type.Optional(Type.Literal(true, { description: 'Numbers before it may be left out' })),
  }),
  { minItems: 1, maxItems: EVENTS_MAX },
)

/** Fails with `validation_failed` if the data of one are too large. */
export const newEventsOf = (events: Static<typeof NewEvents>): readonly NewEvent[] =>
  events.map(({ aggregate, sequence, type, time, data, coalesced = false }, i) => {
    if (Buffer.byteLength(JSON.stringify(data)) > DATA_BYTES_MAX) {
      const path = `/events/${i}/data`
      const message = `must have at most ${DATA_BYTES_MAX} bytes as JSON`
      throw new Problem('validation_failed', `body${path}: ${message}`, {
        errors: [{ in: 'body', path, message }],
      })
    }
    return { aggregate, sequence, type, time, data, coalesced }
  })

export const publishEventsOperation = operation({
  operationId: 'publishEvents',
  summary: 'Publish events: of each aggregate one after the other, each once',
  access: 'service',
  body: Body({ events: NewEvents }),
  response: {
    200: Type.Object({
      results: Type.Array(
        Type.Object({
          aggregate: Type.String(),
          sequence: Sequence,
          result: Type.Enum(['accepted', 'known', 'gap']),
          expected: Type.Integer({ description: 'The number that this aggregate goes on with' }),
        }),
        { description: 'One for each, in the order of the request' },
      ),
    }),
  },
  problems: [
    'unauthenticated',
    'validation_failed',
    'malformed_body',
    'body_too_large',
    'store_unavailable',
    'overloaded',
  ],
})

const EventView = Type.Object({
  position: Position,
  id: Type.String({ description: 'The same for every delivery of the event' }),
  type: EventType,
  aggregate: Type.String({ description: 'The thing that changed' }),
  sequence: Type.Integer({ minimum: 1, description: 'Its number among the events of the aggregate' }),
  coalesced: Type.Boolean({ description: 'Numbers before it may have been left out' }),
  time: Timestamp,
  data: Data,
})

export const eventView = (event: RecordedEvent): Static<typeof EventView> => {
  const { position, type, aggregate, sequence, coalesced, time, data } = event
  return { position, id: eventIdOf(event), type, aggregate, sequence, coalesced, time, data }
}

const TYPES = `${TYPE.source.slice(1, -1)}(,${TYPE.source.slice(1, -1)}){0,${TYPES_MAX - 1}}`

export const listEventsOperation = operation({
  operationId: 'listEvents',
  summary: 'Events after a position of the log, in its order',
  description:
    'Go on with `after` = `next_after`: at once if there are `more`, otherwise after a pause. No event is left out: positions become visible in their order. An event may be read again, never changed; `id` is the same then.',
  access: 'admin',
  querystring: Type.Object(
    {
      after: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: Number.MAX_SAFE_INTEGER,
          default: 0,
          description: '`next_after` of the answer before; 0 for the oldest events',
        }),
      ),
      limit: Type.Optional(
        Type.Integer({ minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT_DEFAULT }),
      ),
      types: Type.Optional(
        Type.String({
          pattern: `^${TYPES}$`,
          maxLength: TYPES_MAX * (TYPE_LENGTH_MAX + 1),
          [MESSAGE]: `must be up to ${TYPES_MAX} types such as order.confirmed, with commas between them`,
          description: 'Only events of these types, with commas between them',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  response: {
    200: Type.Object({
      events: Type.Array(EventView),
      next_after: Position,
      more: Type.Boolean({ description: 'There are more events than these, though perhaps of other types' }),
    }),
  },
  problems: [
    ...ADMIN_PROBLEMS,
    'validation_failed',
    'events_removed',
    'position_unknown',
    'store_unavailable',
  ],
})
