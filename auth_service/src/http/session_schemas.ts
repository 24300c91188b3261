/** The operations on sessions, and tokens as JSON. */
import { BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { Body } from '@shop/service_kit/http/schemas'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import type { AccessToken } from '../domain/crypto_ports.ts'
import { LINK_TOKEN_PATTERN } from '../domain/links.ts'
import type { User } from '../domain/ports.ts'
import { REFRESH_TOKEN_LENGTH_MAX } from '../domain/sessions.ts'
import { USERNAME_LENGTH_MAX, USERNAME_LENGTH_MIN, USERNAME_PATTERN } from '../domain/usernames.ts'
import { FactorCode, GivenPassword, NewPassword, UserView, userView } from './account_schemas.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'sessions')

const Username = Type.String({
  minLength: USERNAME_LENGTH_MIN,
  maxLength: USERNAME_LENGTH_MAX,
  pattern: USERNAME_PATTERN,
  [MESSAGE]: `must be ${USERNAME_LENGTH_MIN} to ${USERNAME_LENGTH_MAX} letters, digits, dots, underscores or hyphens, the first a letter or digit`,
  description: 'Letters, digits, dots, underscores and hyphens; unique regardless of case',
  examples: ['ada'],
})
const RefreshToken = Type.String({
  minLength: 1,
  maxLength: REFRESH_TOKEN_LENGTH_MAX,
  description: 'The newest one of the session',
})
const RefreshBody = Body({ refresh_token: RefreshToken })

export const TokensView = Type.Object({
  access_token: Type.String({ description: 'JWT; send it as "Authorization: Bearer …"' }),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds the access token lives' }),
  refresh_token: Type.String({ description: 'Opaque; for POST /token, once' }),
  user: UserView,
  needs_second_factor: Type.Optional(
    Type.Literal(true, {
      description:
        'Only of an admin who has to enrol a second factor: until then the role is that of a customer',
    }),
  ),
})

export const tokensView = (
  { token, expiresInSeconds }: AccessToken,
  refreshToken: string,
  user: User,
  needsSecondFactor?: true,
): Static<typeof TokensView> => ({
  access_token: token,
  token_type: 'Bearer',
  expires_in: expiresInSeconds,
  refresh_token: refreshToken,
  user: userView(user),
  ...(needsSecondFactor ? { needs_second_factor: needsSecondFactor } : {}),
})

export const registerOperation = operation({
  operationId: 'register',
  summary: 'Make an account',
  access: 'public',
  body: Body({ username: Username, password: NewPassword }),
  response: { 201: UserView },
  problems: [
    ...BODY_PROBLEMS,
    'password_refused',
    'username_taken',
    'too_many_attempts',
    'overloaded',
    'store_unavailable',
  ],
})

export const loginOperation = operation({
  operationId: 'login',
  summary: 'Exchange username and password for tokens',
  access: 'public',
  body: Body({
    username: Type.String({ minLength: 1, maxLength: USERNAME_LENGTH_MAX }),
    password: GivenPassword,
  }),
  response: { 200: TokensView },
  problems: [
    ...BODY_PROBLEMS,
    'invalid_credentials',
    'second_factor_required',
    'too_many_attempts',
    'overloaded',
    'store_unavailable',
  ],
})

export const loginWithCodeOperation = operation({
  operationId: 'loginWithCode',
  summary: 'Finish a login with a second factor',
  description: 'After `second_factor_required`, with the challenge of that answer.',
  access: 'public',
  body: Body({
    challenge: Type.String({
      pattern: LINK_TOKEN_PATTERN,
      [MESSAGE]: 'must be the challenge of a login',
    }),
    code: FactorCode,
  }),
  response: { 200: TokensView },
  problems: [
    ...BODY_PROBLEMS,
    'invalid_challenge',
    'invalid_code',
    'too_many_attempts',
    'overloaded',
    'store_unavailable',
  ],
})

export const refreshSessionOperation = operation({
  operationId: 'refreshSession',
  summary: 'Exchange a refresh token for new tokens',
  description:
    'Each refresh token is good once. Sent again within 30 seconds it gets the same successor, so ' +
    'an answer lost on the way does no harm; sent again later it ends the session.',
  access: 'public',
  body: RefreshBody,
  response: { 200: TokensView },
  problems: [...BODY_PROBLEMS, 'invalid_refresh_token', 'overloaded', 'store_unavailable'],
})

export const logoutOperation = operation({
  operationId: 'logout',
  summary: 'End a session',
  access: 'public',
  body: RefreshBody,
  response: { 204: Type.Null({ description: 'The session is over, or was already' }) },
  problems: [...BODY_PROBLEMS, 'overloaded', 'store_unavailable'],
})
