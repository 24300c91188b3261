/** The operations on second factors. */
import { ADMIN_PROBLEMS, BODY_PROBLEMS, operationsOf, USER_PROBLEMS } from '@shop/service_kit/http/operation'
import { Body, Id, NullableString } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { FactorCode } from './account_schemas.ts'
import { OWNER_PROBLEMS, OwnerProof } from './email_schemas.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'second factor')

const RecoveryCodesView = Type.Object({
  recovery_codes: Type.Array(Type.String(), { description: 'Each works once; they are not shown again' }),
})

export const getSecondFactorOperation = operation({
  operationId: 'getSecondFactor',
  summary: 'Whether you have a second factor',
  access: 'user',
  response: {
    200: Type.Object({
      confirmed_at: NullableString({ format: 'date-time', description: 'Null without one' }),
      recovery_codes_left: Type.Integer(),
    }),
  },
  problems: [...USER_PROBLEMS, 'store_unavailable'],
})

export const makeSecondFactorOperation = operation({
  operationId: 'makeSecondFactor',
  summary: 'Make a secret for your authenticator app',
  description: 'It counts once you have sent a code of the app, within an hour. It is not shown again.',
  access: 'user',
  body: Body(OwnerProof),
  response: {
    201: Type.Object({
      secret: Type.String({ description: 'In base32' }),
      uri: Type.String({ description: 'The same for a QR code: `otpauth://totp/…`' }),
    }),
  },
  problems: [
    ...BODY_PROBLEMS,
    ...USER_PROBLEMS,
    ...OWNER_PROBLEMS,
    'second_factor_exists',
    'store_unavailable',
  ],
})

export const confirmSecondFactorOperation = operation({
  operationId: 'confirmSecondFactor',
  summary: 'Turn the second factor on, by a code of the app',
  description: 'All sessions end, except yours.',
  access: 'user',
  body: Body({ code: FactorCode }),
  response: { 200: RecoveryCodesView },
  problems: [
    ...BODY_PROBLEMS,
    ...USER_PROBLEMS,
    'invalid_code',
    'no_second_factor',
    'second_factor_exists',
    'too_many_attempts',
    'overloaded',
    'store_unavailable',
  ],
})

export const deleteSecondFactorOperation = operation({
  operationId: 'deleteSecondFactor',
  summary: 'Turn the second factor off',
  access: 'user',
  body: Body({ code: FactorCode, ...OwnerProof }),
  response: { 204: Type.Null({ description: 'It is off' }) },
  problems: [
    ...BODY_PROBLEMS,
    ...USER_PROBLEMS,
    ...OWNER_PROBLEMS,
    'invalid_code',
    'no_second_factor',
    'store_unavailable',
  ],
})

export const makeRecoveryCodesOperation = operation({
  operationId: 'makeRecoveryCodes',
  summary: 'New recovery codes instead of those before',
  access: 'user',
  body: Body(OwnerProof),
  response: { 200: RecoveryCodesView },
  problems: [...BODY_PROBLEMS, ...USER_PROBLEMS, ...OWNER_PROBLEMS, 'no_second_factor', 'store_unavailable'],
})

export const deleteUserSecondFactorOperation = operation({
  operationId: 'deleteUserSecondFactor',
  summary: 'Remove the second factor and the passkeys that the owner of an account has lost',
  description: 'The audit log records it. Make sure that it is the owner who asks.',
  access: 'admin',
  params: Type.Object({ id: Id }),
  response: { 204: Type.Null({ description: 'They are removed' }) },
  problems: [...ADMIN_PROBLEMS, 'validation_failed', 'no_second_factor', 'overloaded', 'store_unavailable'],
})
