/** Endpoints and deliveries as documents of MongoDB. */
import type { IndexDescription } from '@shop/service_kit/mongo/store'
import type { Attempt, Delivery, Endpoint } from '../domain/webhook.ts'

export const ENDPOINTS = 'endpoints'
export const DELIVERIES = 'deliveries'
export const DUE = 'deliveries_due'
export const UNDONE = 'deliveries_undone'

export const WEBHOOK_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  [ENDPOINTS]: [{ name: '_id_', key: { _id: 1 } }],
  [DELIVERIES]: [
    { name: DUE, key: { endpointId: 1, dueAt: 1 }, partialFilterExpression: { state: 'queued' } },
    {
      name: UNDONE,
      key: { endpointId: 1, aggregate: 1, position: 1 },
      partialFilterExpression: { undone: { $exists: true } },
    },
    { name: 'deliveries_by_state', key: { endpointId: 1, state: 1, position: -1 } },
  ],
}

export type EndpointDocument = Omit<Endpoint, 'id'> & {
  _id: string
  /** Of the write that made this version. */
  token?: string
}

export type DeliveryDocument = Delivery & {
  _id: string
  /** While it is waiting or queued. */
  undone?: true
  /** Grows when one is made behind it. */
  followers: number
  /** Of its last claim. */
  lease?: string
  log: readonly Attempt[]
}

const DIGITS = 16
/** Ids of one endpoint sort by the position of the event. */
export const deliveryId = (endpointId: string, position: number): string =>
  `${endpointId}:${String(position).padStart(DIGITS, '0')}`
/** Sorts after every delivery of the endpoint. */
export const LAST_OF = (endpointId: string): string => `${endpointId}:~`

export const endpointDocument = ({ id, ...fields }: Endpoint): EndpointDocument => ({ _id: id, ...fields })

export const endpointOf = ({ _id, token: _token, ...fields }: EndpointDocument): Endpoint => ({
  id: _id,
  ...fields,
})

export const deliveryDocument = (delivery: Delivery, log: readonly Attempt[]): DeliveryDocument => ({
  _id: deliveryId(delivery.endpointId, delivery.position),
  ...delivery,
  ...(delivery.state === 'waiting' || delivery.state === 'queued' ? { undone: true as const } : {}),
  ...{ followers: 0, log },
})

export const deliveryOf = (document: DeliveryDocument): Delivery => {
  const { endpointId, position, eventId, type, aggregate, state, attempts } = document
  const { dueAt, fence, lastStatus, lastError, updatedAt } = document
  return {
    ...{ endpointId, position, eventId, type, aggregate, state, attempts },
    ...{ dueAt, fence, lastStatus, lastError, updatedAt },
  }
}
