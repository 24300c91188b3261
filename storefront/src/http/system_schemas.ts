/** The state of the system on the wire, and the operation that reads it. */
import { ADMIN_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { NullableInteger, NullableString } from '@shop/service_kit/http/schemas'
import Type, { type Static, type TObject } from '@shop/service_kit/runtime/schema_types'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'operations')

const time = (description: string) => NullableString({ format: 'date-time', description })

/** Read from the metrics of a replica; null where it has no such metric. */
const FIGURES = {
  node: NullableString({ description: 'Its version of Node.js' }),
  started_at: time('When its process began'),
  memory_bytes: NullableInteger(),
  requests: NullableInteger({ description: 'Answered since it began' }),
  failures: NullableInteger({ description: 'Of those, answered with 5xx' }),
  settler_backlog: NullableInteger({ description: 'order_service: orders for which something is owed' }),
  settler_oldest_seconds: NullableInteger({ description: 'order_service: age of the oldest of them' }),
  ledger_mismatches: NullableInteger({
    description: 'product_service: products that differ from their ledger',
  }),
  ledger_checked_at: time('product_service: end of its last pass over the ledger; null before the first'),
}
export type Figures = Static<TObject<typeof FIGURES>>

const ReplicaView = Type.Object({
  address: Type.String({ description: 'Its operations port, as the gateway reaches it' }),
  alive: Type.Boolean({ description: 'GET /healthz' }),
  ready: Type.Boolean({ description: 'GET /readyz, which asks its database' }),
  problem: NullableString({ description: 'Why it is not ready' }),
  answer_ms: NullableInteger({ description: 'How long /readyz took' }),
  version: NullableString({ description: 'Its release' }),
  ...FIGURES,
})
export type ReplicaView = Static<typeof ReplicaView>

const ServiceView = Type.Object({ service: Type.String(), replicas: Type.Array(ReplicaView) })
export type ServiceView = Static<typeof ServiceView>

export const getSystemStateOperation = operation({
  operationId: 'getSystemState',
  summary: 'Health and figures of every replica the gateway knows',
  access: 'admin',
  response: { 200: Type.Object({ services: Type.Array(ServiceView) }) },
  problems: ADMIN_PROBLEMS,
})
