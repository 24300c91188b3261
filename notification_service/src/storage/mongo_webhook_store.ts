/** Endpoints and deliveries in MongoDB. How W2 holds: mongo_delivery_queue.ts. */
import type { MongoAudit } from '@shop/service_kit/audit/mongo_log'
import { retryDuplicate } from '@shop/service_kit/mongo/errors'
import type { Filter, MongoStore } from '@shop/service_kit/mongo/store'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import { ATTEMPTS_KEPT, type WebhookStore } from '../domain/webhook_ports.ts'
import { queueOf } from './mongo_delivery_queue.ts'
import {
  DELIVERIES,
  type DeliveryDocument,
  DUE,
  deliveryId,
  deliveryOf,
  ENDPOINTS,
  type EndpointDocument,
  endpointDocument,
  endpointOf,
  LAST_OF,
  UNDONE,
} from './mongo_webhook_documents.ts'

export function createMongoWebhookStore(
  store: MongoStore,
  runtime: Pick<Runtime, 'newId'>,
  audit: MongoAudit,
): WebhookStore {
  const endpoints = store.collection<EndpointDocument>(ENDPOINTS)
  const deliveries = store.collection<DeliveryDocument>(DELIVERIES)

  const queue = queueOf(deliveries)

  return {
    endpoints: () =>
      store.repeat(async () => {
        const found = await endpoints
          .find({ _id: { $gt: '' } })
          .sort({ _id: 1 })
          .limit(1_000)
          .toArray()
        return found.map(endpointOf)
      }),
    endpoint: (id) =>
      store.repeat(async () => {
        const found = await endpoints.findOne({ _id: id })
        return found ? endpointOf(found) : undefined
      }),
    add: (endpoint, max, { by, record: entry }) =>
      audit.write(by, endpoint.createdAt, async (options, record) => {
        const there = await endpoints.find({ _id: { $gt: '' } }, options).toArray()
        if (there.some(({ _id }) => _id === endpoint.id)) return true
        if (there.length >= max) return false
        await endpoints.insertOne(endpointDocument(endpoint), options).catch(retryDuplicate)
        await record(entry)
        return true
      }),
    async save(endpoint, audited) {
      const { _id, position: _position, version, ...fields } = endpointDocument(endpoint)
      const token = runtime.newId()
      return audit.write(audited?.by, endpoint.updatedAt, async (options, record) => {
        const set = { ...fields, version: version + 1, token }
        const { matchedCount } = await endpoints.updateOne({ _id, version }, { $set: set }, options)
        if (matchedCount === 1 && audited) await record(audited.record)
        // Applied by an attempt whose answer was lost?
        return matchedCount === 1 || (await endpoints.findOne({ _id }, options))?.token === token
      })
    },
    async remove(id, at, { by, record: entry }) {
      const removed = await audit.write(by, at, async (options, record) => {
        const { deletedCount } = await endpoints.deleteOne({ _id: id }, options)
        if (deletedCount === 1) await record(entry)
        return deletedCount === 1
      })
      // After a crash in between they stay, and nothing reads them.
      await store.repeat(() => deliveries.deleteMany({ _id: { $gt: `${id}:`, $lt: LAST_OF(id) } }))
      return removed
    },
    spread: (endpointId, from, to, due, at) =>
      store.transact(async (session) => {
        const moved = await endpoints.updateOne(
          { _id: endpointId, position: from },
          { $set: { position: to } },
          { session },
        )
        if (moved.matchedCount !== 1) return false
        await queue(endpointId, due, at, session)
        return true
      }),
    replay: (endpointId, due, at, { by, record: entry }) =>
      audit.write(by, at, async ({ session }, record) => {
        if (!(await endpoints.findOne({ _id: endpointId }, { session }))) return undefined
        await record(entry)
        return queue(endpointId, due, at, session!)
      }),
    async claim(endpointId, now, leaseUntil, limit) {
      const lease = runtime.newId()
      // Of all attempts: one whose answer was lost may have claimed some.
      const candidates = new Set<string>()
      return store.repeat(async () => {
        const due = await deliveries
          .find({ endpointId, state: 'queued', dueAt: { $lte: now } })
          .hint(DUE)
          .sort({ dueAt: 1 })
          .limit(limit)
          .toArray()
        for (const { _id } of due) candidates.add(_id)
        if (candidates.size === 0) return []
        for (const { _id, fence, dueAt, attempts } of due)
          await deliveries.updateOne(
            { _id, fence, dueAt, state: 'queued' },
            { $set: { dueAt: leaseUntil, fence: fence + 1, attempts: attempts + 1, lease } },
          )
        const mine = await deliveries.find({ _id: { $in: [...candidates] }, lease }).toArray()
        return mine.map(deliveryOf)
      })
    },
    finish: ({ delivery: { endpointId, position, aggregate, fence }, state, dueAt, attempt }) =>
      store.transact(async (session) => {
        const _id = deliveryId(endpointId, position)
        const found = await deliveries.findOne({ _id, fence, state: 'queued' }, { session })
        if (!found) return false
        const log = [attempt, ...found.log].slice(0, ATTEMPTS_KEPT)
        const { status: lastStatus, error: lastError, at: updatedAt } = attempt
        const set = { state, dueAt, lastStatus, lastError, updatedAt, log }
        const over = state !== 'queued'
        await deliveries.updateOne(
          { _id, fence },
          over ? { $set: set, $unset: { undone: '' as const } } : { $set: set },
          { session },
        )
        if (!over) return true
        const [next] = await deliveries
          .find({ endpointId, aggregate, undone: true, _id: { $ne: _id } }, { session })
          .hint(UNDONE)
          .sort({ position: 1 })
          .limit(1)
          .toArray()
        if (next?.state === 'waiting')
          await deliveries.updateOne(
            { _id: next._id },
            { $set: { state: 'queued', dueAt: updatedAt } },
            { session },
          )
        return true
      }),
    deliveries: ({ endpointId, state, before = Number.MAX_SAFE_INTEGER, limit }) =>
      store.repeat(async () => {
        const filter: Filter<DeliveryDocument> =
          state === undefined
            ? { _id: { $gt: `${endpointId}:`, $lt: deliveryId(endpointId, before) } }
            : { endpointId, state, position: { $lt: before } }
        const found = await deliveries
          .find(filter)
          .sort(state === undefined ? { _id: -1 } : { position: -1 })
          .limit(limit)
          .toArray()
        return found.map(deliveryOf)
      }),
    attempts: (endpointId, position) =>
      store.repeat(
        async () => (await deliveries.findOne({ _id: deliveryId(endpointId, position) }))?.log ?? undefined,
      ),
  }
}
