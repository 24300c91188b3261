/** The operations on the caller's sessions, data and account, and their JSON. */
import { BODY_PROBLEMS, operationsOf, USER_PROBLEMS } from '@shop/service_kit/http/operation'
import { Body, NullableString, Timestamp } from '@shop/service_kit/http/schemas'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import type { OwnData } from '../domain/own_data.ts'
import type { OwnSession } from '../domain/own_sessions.ts'
import { MeView, meView } from './account_schemas.ts'
import { OWNER_PROBLEMS, OwnerProof } from './email_schemas.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'accounts')

const OwnSessionView = Type.Object({
  id: Type.String({ description: 'For DELETE /me/sessions/{id}' }),
  client: NullableString({
    description: 'The browser and the system, e.g. "Firefox on Linux"; null if unknown',
  }),
  began_at: Timestamp,
  last_used_at: Timestamp,
  expires_at: Timestamp,
  current: Type.Boolean({ description: 'Is it that of your access token?' }),
})

export const ownSessionView = (
  { publicId, client, beganAt, lastUsedAt, expiresAt }: OwnSession,
  currentId: string | undefined,
): Static<typeof OwnSessionView> => ({
  id: publicId,
  client,
  began_at: beganAt,
  last_used_at: lastUsedAt,
  expires_at: expiresAt,
  current: publicId === currentId,
})

export const listOwnSessionsOperation = operation({
  operationId: 'listOwnSessions',
  summary: 'Where you are signed in, newest first',
  access: 'user',
  response: { 200: Type.Object({ items: Type.Array(OwnSessionView) }) },
  problems: [...USER_PROBLEMS, 'store_unavailable'],
})

export const endOwnSessionOperation = operation({
  operationId: 'endOwnSession',
  summary: 'End one of your sessions',
  description: 'Its last access token stays valid until it expires.',
  access: 'user',
  params: Type.Object({
    id: Type.String({ pattern: '^[\\w-]{22}$', [MESSAGE]: 'must be the id of one of your sessions' }),
  }),
  response: { 204: Type.Null({ description: 'It has ended' }) },
  problems: [...USER_PROBLEMS, 'validation_failed', 'session_not_found', 'overloaded', 'store_unavailable'],
})

const SeenView = Type.Object({
  what: Type.String(),
  remembered_until: NullableString({ format: 'date-time' }),
})
const ExportView = Type.Object({
  account: MeView,
  sessions: Type.Array(OwnSessionView),
  networks: Type.Array(SeenView, { description: 'From which you were signed in lately' }),
  clients: Type.Array(SeenView, { description: 'Networks and browsers for which no mail is sent any more' }),
})

export const exportView = (
  { account, sessions, networks, clients }: OwnData,
  currentId: string | undefined,
): Static<typeof ExportView> => {
  const seen = ({ what, rememberedUntil }: OwnData['clients'][number]) => ({
    what,
    remembered_until: rememberedUntil,
  })
  return {
    account: meView(account),
    sessions: sessions.map((session) => ownSessionView(session, currentId)),
    networks: networks.map(seen),
    clients: clients.map(seen),
  }
}

export const exportAccountOperation = operation({
  operationId: 'exportAccount',
  summary: 'Everything that this service stores about you, without secrets',
  description: 'Orders are stored by order_service: `GET /orders/user/{user_id}`.',
  access: 'user',
  response: { 200: ExportView },
  problems: [...USER_PROBLEMS, 'store_unavailable'],
})

export const deleteAccountOperation = operation({
  operationId: 'deleteAccount',
  summary: 'Delete your account for ever',
  description:
    'Your name, e-mail addresses and sessions are erased, and your access tokens withdrawn. order_service is notified, and keeps the amounts of your orders: names and addresses in them are erased ORDERS_KEEP_PERSONAL_DAYS after they ended.',
  access: 'user',
  body: Body(OwnerProof),
  response: { 204: Type.Null({ description: 'The account is deleted' }) },
  problems: [...BODY_PROBLEMS, ...USER_PROBLEMS, ...OWNER_PROBLEMS, 'last_admin', 'store_unavailable'],
})
