/** Sessions of pages on the wire, and the operations on them. */
import { operationsOf } from '@shop/service_kit/http/operation'
import Type from '@shop/service_kit/runtime/schema_types'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'sessions')

const SessionView = Type.Object({
  access_token: Type.String({ description: 'For "Authorization: Bearer …"; keep it in memory' }),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds the access token lives' }),
  user: Type.Object({
    id: Type.String(),
    username: Type.String(),
    role: Type.String(),
    created_at: Type.String(),
  }),
  needs_second_factor: Type.Optional(Type.Boolean({ description: 'Of an admin who has to enrol one' })),
})
/** auth_service validates it. */
const AnyBody = Type.Object({}, { additionalProperties: true })

const AUTH_CALL_PROBLEMS = [
  'cross_site_request',
  'overloaded',
  'upstream_unavailable',
  'upstream_no_answer',
] as const

export const signInOperation = operation({
  operationId: 'signIn',
  summary: 'Sign in; the refresh token is kept in a cookie',
  access: 'public',
  body: AnyBody,
  response: { 200: SessionView },
  problems: AUTH_CALL_PROBLEMS,
})

export const signInWithCodeOperation = operation({
  operationId: 'signInWithCode',
  summary: 'Finish signing in with a second factor; the refresh token is kept in a cookie',
  access: 'public',
  body: AnyBody,
  response: { 200: SessionView },
  problems: AUTH_CALL_PROBLEMS,
})

export const makePasskeyLoginOptionsOperation = operation({
  operationId: 'makePasskeyLoginOptions',
  summary: 'Begin to sign in with a passkey',
  access: 'public',
  response: {
    200: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
  },
  problems: AUTH_CALL_PROBLEMS,
})

export const signInWithPasskeyOperation = operation({
  operationId: 'signInWithPasskey',
  summary: 'Sign in with a passkey; the refresh token is kept in a cookie',
  access: 'public',
  body: AnyBody,
  response: { 200: SessionView },
  problems: AUTH_CALL_PROBLEMS,
})

export const refreshSessionOperation = operation({
  operationId: 'refreshSession',
  summary: 'A new access token for the session in the cookie',
  access: 'public',
  response: { 200: SessionView },
  problems: ['no_session', ...AUTH_CALL_PROBLEMS],
})

export const makeGuestSessionOperation = operation({
  operationId: 'makeGuestSession',
  summary:
    'An access token for a customer without an account; a cookie keeps it, so that the next one is of the same guest',
  access: 'public',
  body: AnyBody,
  response: {
    200: Type.Object({
      access_token: Type.String(),
      token_type: Type.Literal('Bearer'),
      expires_in: Type.Integer(),
      guest: Type.Object({ id: Type.String() }),
    }),
  },
  problems: AUTH_CALL_PROBLEMS,
})

export const signOutOperation = operation({
  operationId: 'signOut',
  summary: 'Sign out',
  access: 'public',
  response: { 204: Type.Null() },
  problems: ['cross_site_request'],
})

export const changePasswordOperation = operation({
  operationId: 'changePassword',
  summary: 'Change the password; the session in the cookie stays, all others end',
  access: 'public',
  body: AnyBody,
  response: { 204: Type.Null() },
  problems: AUTH_CALL_PROBLEMS,
})
