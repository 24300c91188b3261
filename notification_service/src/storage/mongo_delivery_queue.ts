/**
 * Deliveries in MongoDB that are made, or queued again.
 *
 * W2: deliveries of one endpoint and aggregate that are made, and one that ends, are in transactions which write a common document:
 * who makes one behind another writes into that other one (`followers`). So of two at once, one is repeated, and sees the other.
 */
import { retryDuplicate } from '@shop/service_kit/mongo/errors'
import type { ClientSession, Collection } from '@shop/service_kit/mongo/store'
import { forwardedFrom } from '../domain/webhook.ts'
import type { Due } from '../domain/webhook_ports.ts'
import { type DeliveryDocument, deliveryId, UNDONE } from './mongo_webhook_documents.ts'

/** Makes deliveries, or queues those again that are over. */
export function queueOf(deliveries: Collection<DeliveryDocument>) {
  return async (endpointId: string, due: readonly Due[], at: string, session: ClientSession) => {
    let queued = 0
    const busy = new Set<string>()
    for (const aggregate of new Set(due.map((each) => each.aggregate))) {
      const undone = { endpointId, aggregate, undone: true as const }
      const { matchedCount } = await deliveries.updateMany(
        undone,
        { $inc: { followers: 1 } },
        { session, hint: UNDONE },
      )
      if (matchedCount > 0) busy.add(aggregate)
    }
    for (const { position, eventId, type, aggregate } of due) {
      const _id = deliveryId(endpointId, position)
      const known = await deliveries.findOne({ _id }, { session })
      const waits = known?.state === 'queued' && known.dueAt > forwardedFrom(at)
      if (known?.undone && !waits) continue
      const state = busy.has(aggregate) && !waits ? ('waiting' as const) : ('queued' as const)
      busy.add(aggregate)
      const set = { state, undone: true as const, attempts: 0, dueAt: at, updatedAt: at }
      if (known) await deliveries.updateOne({ _id }, { $set: set, $inc: { fence: 1 } }, { session })
      else
        await deliveries
          .insertOne(
            {
              ...{ _id, endpointId, position, eventId, type, aggregate, ...set },
              ...{ fence: 0, lastStatus: null, lastError: null, log: [], followers: 0 },
            },
            { session },
          )
          .catch(retryDuplicate)
      queued += 1
    }
    return queued
  }
}
