/** The operation on guests. */
import { BODY_PROBLEMS, operationsOf } from '@shop/service_kit/http/operation'
import { Body, Id } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'sessions')

/** Of an access token. */
const TOKEN_LENGTH_MAX = 4_096

export const makeGuestOperation = operation({
  operationId: 'makeGuest',
  summary: 'An access token for a customer without an account',
  description:
    'It lives for up to an hour. Send it again before it ends, and the next one has the same id, for a day. Nothing is stored. Its role is ' +
    '`guest`: what needs an account is refused with `forbidden`.',
  access: 'public',
  body: Body({
    access_token: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: TOKEN_LENGTH_MAX,
        description: 'The one that is to be renewed',
      }),
    ),
  }),
  response: {
    200: Type.Object({
      access_token: Type.String({ description: 'JWT; send it as "Authorization: Bearer …"' }),
      token_type: Type.Literal('Bearer'),
      expires_in: Type.Integer({ description: 'Seconds the access token lives' }),
      guest: Type.Object({ id: Id }),
    }),
  },
  problems: [...BODY_PROBLEMS, 'too_many_attempts', 'overloaded', 'store_unavailable'],
})
