/** The operations on passkeys. Options and answers of ceremonies are the JSON of WebAuthn (Level 3), as browsers make it. */
import { BODY_PROBLEMS, operationsOf, USER_PROBLEMS } from '@shop/service_kit/http/operation'
import { Body, NullableString, Timestamp } from '@shop/service_kit/http/schemas'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import type { PasskeyResponse } from '../domain/crypto_ports.ts'
import { PASSKEY_NAME_LENGTH_MAX, type Passkey } from '../domain/passkeys.ts'
import { OWNER_PROBLEMS, OwnerProof } from './email_schemas.ts'
import { PROBLEMS } from './problems.ts'
import { TokensView } from './session_schemas.ts'

const operation = operationsOf(PROBLEMS, 'passkeys')

/** 1,023 bytes in base64url. */
const CREDENTIAL_ID_LENGTH_MAX = 1_364

const Options = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  additionalProperties: true,
  description: 'For `navigator.credentials`, as `PublicKeyCredential.parse…OptionsFromJSON` takes it',
})
const Response = Type.Unsafe<PasskeyResponse>({
  type: 'object',
  required: ['id', 'response'],
  properties: {
    id: { type: 'string', minLength: 1, maxLength: CREDENTIAL_ID_LENGTH_MAX },
    response: { type: 'object', additionalProperties: true },
  },
  additionalProperties: true,
  description: 'The credential of the browser, as its `toJSON()` gives it',
})
const PasskeyView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  created_at: Timestamp,
  last_used_at: NullableString({ format: 'date-time' }),
})

export const passkeyView = ({ id, name, createdAt, lastUsedAt }: Passkey): Static<typeof PasskeyView> => ({
  id,
  name,
  created_at: createdAt,
  last_used_at: lastUsedAt,
})

export const listPasskeysOperation = operation({
  operationId: 'listPasskeys',
  summary: 'Your passkeys, newest first',
  access: 'user',
  response: { 200: Type.Object({ items: Type.Array(PasskeyView) }) },
  problems: [...USER_PROBLEMS, 'store_unavailable'],
})

export const makePasskeyOptionsOperation = operation({
  operationId: 'makePasskeyOptions',
  summary: 'Begin to add a passkey',
  access: 'user',
  body: Body(OwnerProof),
  response: { 200: Options },
  problems: [
    ...BODY_PROBLEMS,
    ...USER_PROBLEMS,
    ...OWNER_PROBLEMS,
    'too_many_passkeys',
    'passkeys_unavailable',
    'store_unavailable',
  ],
})

export const addPasskeyOperation = operation({
  operationId: 'addPasskey',
  summary: 'Add the passkey that the browser made',
  access: 'user',
  body: Body({
    name: Type.String({
      minLength: 1,
      maxLength: PASSKEY_NAME_LENGTH_MAX,
      pattern: '\\S',
      [MESSAGE]: 'must have a visible character',
      description: 'Yours, to distinguish them',
    }),
    credential: Response,
  }),
  response: { 201: PasskeyView },
  problems: [
    ...BODY_PROBLEMS,
    ...USER_PROBLEMS,
    'passkey_refused',
    'too_many_passkeys',
    'passkeys_unavailable',
    'overloaded',
    'store_unavailable',
  ],
})

export const deletePasskeyOperation = operation({
  operationId: 'deletePasskey',
  summary: 'Remove one of your passkeys',
  access: 'user',
  params: Type.Object({
    id: Type.String({
      pattern: `^[\\w-]{1,${CREDENTIAL_ID_LENGTH_MAX}}$`,
      [MESSAGE]: 'must be the id of one of your passkeys',
    }),
  }),
  response: { 204: Type.Null({ description: 'It is removed' }) },
  problems: [...USER_PROBLEMS, 'validation_failed', 'passkey_not_found', 'overloaded', 'store_unavailable'],
})

export const makePasskeyLoginOptionsOperation = operation({
  operationId: 'makePasskeyLoginOptions',
  summary: 'Begin to sign in with a passkey, without a name',
  access: 'public',
  response: { 200: Options },
  problems: ['passkeys_unavailable', 'too_many_attempts', 'overloaded', 'store_unavailable'],
})

export const loginWithPasskeyOperation = operation({
  operationId: 'loginWithPasskey',
  summary: 'Sign in with the answer of the browser',
  description: 'The device has verified its owner, so no second factor is asked for.',
  access: 'public',
  body: Body({ credential: Response }),
  response: { 200: TokensView },
  problems: [...BODY_PROBLEMS, 'passkey_refused', 'passkeys_unavailable', 'overloaded', 'store_unavailable'],
})
