/** Endpoints and deliveries as rows of SQLite. */
import type { Delivery, Endpoint } from '../domain/webhook.ts'

export const ENDPOINT_COLUMNS = `id, url, description, types, state, secret, previous, position, failing_since, version,
  created_at, updated_at`
export const DELIVERY_COLUMNS = `endpoint_id, position, event_id, type, aggregate, state, attempts, due_at, fence,
  last_status, last_error, updated_at`

// biome-ignore lint/suspicious/noExplicitAny: columns of several types.
export type Row = Record<string, any>

export const endpointOf = (row: Row): Endpoint => ({
  id: row.id,
  url: row.url,
  description: row.description,
  types: JSON.parse(row.types),
  state: row.state,
  secret: JSON.parse(row.secret),
  previous: row.previous === null ? null : JSON.parse(row.previous),
  position: row.position,
  failingSince: row.failing_since,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export const endpointColumns = (endpoint: Endpoint) =>
  [
    endpoint.id,
    endpoint.url,
    endpoint.description,
    JSON.stringify(endpoint.types),
    endpoint.state,
    JSON.stringify(endpoint.secret),
    endpoint.previous === null ? null : JSON.stringify(endpoint.previous),
    endpoint.position,
    endpoint.failingSince,
    endpoint.version,
    endpoint.createdAt,
    endpoint.updatedAt,
  ] as const

export const deliveryOf = (row: Row): Delivery => ({
  endpointId: row.endpoint_id,
  position: row.position,
  eventId: row.event_id,
  type: row.type,
  aggregate: row.aggregate,
  state: row.state,
  attempts: row.attempts,
  dueAt: row.due_at,
  fence: row.fence,
  lastStatus: row.last_status,
  lastError: row.last_error,
  updatedAt: row.updated_at,
})
