/** The operations on e-mail addresses, and on passwords that were forgotten. */
import { ADMIN_PROBLEMS, BODY_PROBLEMS, operationsOf, USER_PROBLEMS } from '@shop/service_kit/http/operation'
import { Body, Id, NullableString, Timestamp } from '@shop/service_kit/http/schemas'
import Type from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import { EMAIL_LENGTH_MAX } from '../domain/email_addresses.ts'
import { LINK_TOKEN_PATTERN } from '../domain/links.ts'
import { GivenPassword, MeView, NewPassword } from './account_schemas.ts'
import { PROBLEMS } from './problems.ts'

const operation = operationsOf(PROBLEMS, 'e-mail')

const Language = Type.Optional(
  Type.String({
    pattern: '^[a-z]{2}$',
    [MESSAGE]: 'must be two letters, such as en (ISO 639-1)',
    description: 'Of the mail; without it English',
  }),
)
const LinkToken = Type.String({
  pattern: LINK_TOKEN_PATTERN,
  [MESSAGE]: 'must be the part of the link after #token=',
  description: 'The part of the link after `#token=`',
})
export const OwnerProof = {
  current_password: Type.Optional(
    Type.Unsafe<string>({
      ...GivenPassword,
      description: 'Needed unless the session of the access token began within the last ten minutes',
    }),
  ),
}
export const OWNER_PROBLEMS = [
  'wrong_password',
  'fresh_sign_in_required',
  'too_many_attempts',
  'overloaded',
] as const

export const setEmailOperation = operation({
  operationId: 'setEmail',
  summary: 'Name your e-mail address, or remove it',
  description:
    'A link is sent to the address; until it is used, the one that was verified before stays. Sending the same address again sends ' +
    'another link.',
  access: 'user',
  body: Body({
    email: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      maxLength: EMAIL_LENGTH_MAX,
      description: 'Kept in lower case; null removes it',
      examples: ['ada@example.com'],
    }),
    ...OwnerProof,
    language: Language,
  }),
  response: { 200: MeView },
  problems: [
    ...BODY_PROBLEMS,
    ...USER_PROBLEMS,
    ...OWNER_PROBLEMS,
    'email_refused',
    'mail_unavailable',
    'store_unavailable',
  ],
})

export const verifyEmailOperation = operation({
  operationId: 'verifyEmail',
  summary: 'Prove an e-mail address by the link that was sent to it',
  access: 'public',
  body: Body({ token: LinkToken }),
  response: { 204: Type.Null({ description: 'The address is verified' }) },
  problems: [...BODY_PROBLEMS, 'invalid_link', 'email_taken', 'overloaded', 'store_unavailable'],
})

export const requestPasswordResetOperation = operation({
  operationId: 'requestPasswordReset',
  summary: 'Ask for a link to set a new password',
  description:
    'The answer is the same for every name. If it is that of an account with a verified e-mail address, a link is sent there. It is valid ' +
    'for 30 minutes.',
  access: 'public',
  body: Body({
    name: Type.String({
      minLength: 1,
      maxLength: EMAIL_LENGTH_MAX,
      description: 'A username, or a verified e-mail address',
    }),
    language: Language,
  }),
  response: { 202: Type.Null({ description: 'If there is such an account, a link will be sent' }) },
  problems: [...BODY_PROBLEMS, 'mail_unavailable', 'too_many_attempts', 'overloaded', 'store_unavailable'],
})

export const resetPasswordOperation = operation({
  operationId: 'resetPassword',
  summary: 'Set a new password by a link',
  description: 'Ends all sessions and withdraws the access tokens of the account.',
  access: 'public',
  body: Body({ token: LinkToken, new_password: NewPassword }),
  response: { 204: Type.Null({ description: 'The password is set; log in with it' }) },
  problems: [...BODY_PROBLEMS, 'invalid_link', 'password_refused', 'overloaded', 'store_unavailable'],
})

export const makeResetLinkOperation = operation({
  operationId: 'makeResetLink',
  summary: 'Make a link with which the owner of an account sets a new password',
  description:
    'It is shown this once and works once, for 30 minutes. The audit log records that it was made.',
  access: 'admin',
  params: Type.Object({ id: Id }),
  response: {
    201: Type.Object({
      token: Type.String({ description: 'For PUT /password_resets' }),
      link: NullableString({ description: 'Null if PUBLIC_URL is not configured' }),
      expires_at: Timestamp,
    }),
  },
  problems: [...ADMIN_PROBLEMS, 'validation_failed', 'user_not_found', 'overloaded', 'store_unavailable'],
})
