/** The operations on accounts, and accounts as JSON. */
import { ADMIN_PROBLEMS, BODY_PROBLEMS, operationsOf, USER_PROBLEMS } from '@shop/service_kit/http/operation'
import { PageOf, PageQuery } from '@shop/service_kit/http/paging'
import { Body, Id, NullableString, Timestamp } from '@shop/service_kit/http/schemas'
import Type, { type Static } from '@shop/service_kit/runtime/schema_types'
import { MESSAGE } from '@shop/service_kit/runtime/sentences'
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../domain/passwords.ts'
import type { Account, Role, User } from '../domain/ports.ts'
import { REFRESH_TOKEN_LENGTH_MAX } from '../domain/sessions.ts'
import { USERNAME_LENGTH_MAX } from '../domain/usernames.ts'
import { PROBLEMS } from './problems.ts'

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const operation = operationsOf(PROBLEMS, 'accounts')

export const NewPassword = Type.String({
  minLength: PASSWORD_LENGTH_MIN,
  maxLength: PASSWORD_LENGTH_MAX,
  description: 'Any characters; not one of the most common passwords and not the username',
  examples: ['plum tart on tuesday'],
})
/** An existing password: only its length is checked. */
export const GivenPassword = Type.String({ minLength: 1, maxLength: PASSWORD_LENGTH_MAX })
/** Of an authenticator app, or a recovery code. */
export const FactorCode = Type.String({
  minLength: 6,
  maxLength: 40,
  description: 'Six digits of your authenticator app, or a recovery code',
})
const RoleName = Type.Unsafe<Role>({ type: 'string', enum: ['customer', 'admin'] })

export const UserView = Type.Object({
  id: Id,
  username: Type.String(),
  role: RoleName,
  created_at: Timestamp,
})

export const userView = ({ id, username, role, createdAt }: User): Static<typeof UserView> => ({
  id,
  username,
  role,
  created_at: createdAt,
})

export const MeView = Type.Object({
  ...UserView.properties,
  email: NullableString({ description: 'The e-mail address that you gave last' }),
  verified_email: NullableString({ description: 'The one whose mailbox was proved: mails go there' }),
})

export const meView = (account: Account): Static<typeof MeView> => ({
  ...userView(account),
  email: account.email,
  verified_email: account.verifiedEmail,
})

export const getMeOperation = operation({
  operationId: 'getMe',
  summary: 'Your account',
  access: 'user',
  response: { 200: MeView },
  problems: [...USER_PROBLEMS, 'store_unavailable'],
})

export const changePasswordOperation = operation({
  operationId: 'changePassword',
  summary: 'Change your password',
  description:
    'Ends all sessions of the account, except the session of `refresh_token`. Access tokens issued before ' +
    'are withdrawn: here at once, in other services within seconds.',
  access: 'user',
  body: Body({
    current_password: GivenPassword,
    new_password: NewPassword,
    refresh_token: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: REFRESH_TOKEN_LENGTH_MAX,
        description:
          'The newest one of the session that stays, or the one before it within 30 seconds. Otherwise every session ends',
      }),
    ),
  }),
  response: { 204: Type.Null({ description: 'Changed' }) },
  problems: [
    ...BODY_PROBLEMS,
    ...USER_PROBLEMS,
    'store_unavailable',
    'password_refused',
    'wrong_password',
    'too_many_attempts',
    'overloaded',
  ],
})

/** Names of accounts for one page of any list. */
export const IDS_MAX = 100

const UsersQuery = Type.Object(
  {
    ...PageQuery,
    q: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: USERNAME_LENGTH_MAX,
        pattern: '^[A-Za-z0-9._-]+$',
        [MESSAGE]: 'must be the beginning of a username: letters, digits, dots, hyphens and underscores',
        description: 'The beginning of the username, in either case: then by username',
      }),
    ),
    ids: Type.Optional(
      Type.String({
        pattern: `^${UUID}(,${UUID}){0,${IDS_MAX - 1}}$`,
        [MESSAGE]: `must be 1 to ${IDS_MAX} ids, separated by commas`,
        description: `Up to ${IDS_MAX} ids, separated by commas: one page with those that exist, without the other parameters`,
      }),
    ),
  },
  { additionalProperties: false },
)

export const listUsersOperation = operation({
  operationId: 'listUsers',
  summary: 'Accounts, newest first, or those of a name or of ids',
  access: 'admin',
  querystring: UsersQuery,
  response: { 200: PageOf(UserView) },
  problems: ['validation_failed', 'malformed_cursor', ...ADMIN_PROBLEMS, 'store_unavailable'],
})

export const setRoleOperation = operation({
  operationId: 'setRole',
  summary: 'Make a user an admin, or a customer again',
  description:
    'Withdraws the access tokens of the account: here at once, in other services within seconds. The next ' +
    'refresh gives a token with the new role.',
  access: 'admin',
  params: Type.Object({ id: Id }),
  body: Body({ role: RoleName }),
  response: { 200: UserView },
  problems: [
    ...BODY_PROBLEMS,
    ...ADMIN_PROBLEMS,
    'store_unavailable',
    'user_not_found',
    'last_admin',
    'overloaded',
  ],
})
