/**
 * The event log in MongoDB.
 *
 * Invariant E2: a position is the `_id` of its event, one higher than the highest that the transaction has read. Of two transactions
 * at once, of any replicas, both want the same `_id`: one fails, is repeated, and reads the other's events. So positions are
 * committed in their order, without a counter that every replica would have to agree on, and a reader at the majority sees none
 * without those below it. The last event is never removed, so no position is given twice.
 *
 * Calls of one process share a transaction, one at a time. A repeated transaction finds what the first one recorded: `known`.
 */
import { createMongoBatcher } from '@shop/service_kit/mongo/batcher'
import { retryDuplicate } from '@shop/service_kit/mongo/errors'
import type { ClientSession, IndexDescription, MongoStore } from '@shop/service_kit/mongo/store'
import { succeeded } from '@shop/service_kit/runtime/batching/outcome'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { createReading, type OnUnreadable } from '@shop/service_kit/storage/unreadable'
import {
  decide,
  type NewEvent,
  type Receipt,
  type RecordedEvent,
  validateStoredEvent,
} from '../domain/event.ts'
import type { EventLog, OldEvents } from '../domain/ports.ts'
import {
  DELIVERIES,
  type DeliveryDocument,
  ENDPOINTS,
  type EndpointDocument,
} from './mongo_webhook_documents.ts'
import { oldest } from './sqlite_event_log.ts'

export const EVENTS = 'events'
export const AGGREGATES = 'aggregates'

export const EVENT_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  [EVENTS]: [{ name: 'events_by_aggregate', key: { aggregate: 1, sequence: 1 }, unique: true }],
  // The last number of each aggregate, which is kept when its events are removed.
  [AGGREGATES]: [{ name: '_id_', key: { _id: 1 } }],
}

/** `data` is JSON, because its names are not ours. */
export type EventDocument = Omit<RecordedEvent, 'position' | 'data'> & { _id: number; data: string }
type AggregateDocument = { _id: string; sequence: number }

export const eventDocument = ({ position, data, ...fields }: RecordedEvent): EventDocument => ({
  _id: position,
  ...fields,
  data: JSON.stringify(data),
})

const eventOf = ({ _id, data, ...fields }: EventDocument): RecordedEvent =>
  validateStoredEvent({ position: _id, ...fields, data: JSON.parse(data) })

type Call = { readonly events: readonly NewEvent[]; readonly at: string }

export function createMongoEventLog(
  store: MongoStore,
  runtime: Runtime,
  onUnreadable: OnUnreadable,
): EventLog {
  const reading = createReading(eventOf, ({ _id }: EventDocument) => String(_id), onUnreadable)
  const events = store.collection<EventDocument>(EVENTS)
  const aggregates = store.collection<AggregateDocument>(AGGREGATES)

  const recordAll = async (calls: readonly Call[], session: ClientSession) => {
    const wanted = calls.flatMap((call) => call.events.map((event) => ({ ...event, recordedAt: call.at })))
    const names = [...new Set(wanted.map(({ aggregate }) => aggregate))]
    const known = await aggregates.find({ _id: { $in: names } }, { session }).toArray()
    const decision = decide(wanted, new Map(known.map(({ _id, sequence }) => [_id, sequence])))
    if (decision.accepted.length === 0) return decision.receipts
    const [last] = await events
      .find({ _id: { $gt: 0 } }, { session })
      .sort({ _id: -1 })
      .limit(1)
      .project<{ _id: number }>({ _id: 1 })
      .toArray()
    const position = last?._id ?? 0
    const documents = (decision.accepted as typeof wanted).map((event, i) =>
      eventDocument({ ...event, position: position + 1 + i }),
    )
    await events.insertMany(documents, { session, ordered: true }).catch(retryDuplicate)
    const heads = [...decision.heads].map(([_id, sequence]) => ({
      updateOne: { filter: { _id }, update: { $set: { sequence } }, upsert: true },
    }))
    await aggregates.bulkWrite(heads, { session, ordered: true }).catch(retryDuplicate)
    return decision.receipts
  }

  const record = createMongoBatcher<Call, readonly Receipt[]>({
    runtime,
    callsMax: 1,
    weight: (call) => call.events.length,
    async send(calls) {
      const receipts = [...(await store.transact((session) => recordAll(calls, session)))]
      return calls.map((call) => succeeded(receipts.splice(0, call.events.length)))
    },
  })

  const end = (direction: 1 | -1) =>
    events
      .find({ _id: { $gt: 0 } })
      .sort({ _id: direction })
      .limit(1)
      .project<{ _id: number }>({ _id: 1 })
      .toArray()

  return {
    record: (events, at) => record({ events, at }),
    ends: () =>
      store.repeat(async () => {
        const [[first], [last]] = await Promise.all([end(1), end(-1)])
        return first && last && { first: first._id, last: last._id }
      }),
    find: (aggregate, sequence) =>
      store.repeat(async () => {
        const found = await events.findOne({ aggregate, sequence })
        return found ? reading.one(found) : undefined
      }),
    between: (after, upTo, limit, types) =>
      reading.page(limit, String(after), (count, at) =>
        store.repeat(() =>
          events
            .find({
              _id: { $gt: Number(at), $lte: upTo },
              ...(types === undefined ? {} : { type: { $in: [...types] } }),
            })
            .sort({ _id: 1 })
            .limit(count)
            .toArray(),
        ),
      ),
  }
}

export function createMongoOldEvents(store: MongoStore): OldEvents {
  const events = store.collection<EventDocument>(EVENTS)
  const endpoints = store.collection<EndpointDocument>(ENDPOINTS)
  const deliveries = store.collection<DeliveryDocument>(DELIVERIES)
  return {
    kind: 'event',
    async due(before, after = '0', limit) {
      const found = await store.repeat(() =>
        events
          .find({ _id: { $gt: Number(after) } })
          .sort({ _id: 1 })
          .limit(limit)
          .project<{ _id: number; recordedAt: string }>({ recordedAt: 1 })
          .toArray(),
      )
      const read = found.map(({ _id, recordedAt }) => ({ position: _id, recordedAt }))
      return oldest(read, before, limit)
    },
    async remove(old) {
      let removed = 0
      await store.repeat(async () => {
        const [last] = await events
          .find({ _id: { $gt: 0 } })
          .sort({ _id: -1 })
          .limit(1)
          .project<{ _id: number }>({ _id: 1 })
          .toArray()
        if (!last) return
        const ids = old.map(({ position }) => position).filter((position) => position < last._id)
        removed += (await events.deleteMany({ _id: { $in: ids } })).deletedCount
        // Of their deliveries those that are over.
        const upTo = { $lte: Math.max(0, ...ids) }
        for (const { _id: endpointId } of await endpoints.find({ _id: { $gt: '' } }).toArray())
          for (const state of ['done', 'dead'] as const)
            await deliveries.deleteMany({ endpointId, state, position: upTo })
      })
      return removed
    },
  }
}
