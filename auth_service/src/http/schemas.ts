/** The wire's shapes, and the functions that cross over to them. */
import { Body, Id, Timestamp } from '@shop/service_kit/http/schemas'
import { SAYS } from '@shop/service_kit/runtime/sentences'
import Type, { type Static } from 'typebox'
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../domain/passwords.ts'
import type { AccessToken, Role, User, Withdrawal } from '../domain/ports.ts'
import { REFRESH_TOKEN_LENGTH_MAX } from '../domain/sessions.ts'
import { USERNAME_LENGTH_MAX, USERNAME_LENGTH_MIN, USERNAME_PATTERN } from '../domain/usernames.ts'

const Username = Type.String({
  minLength: USERNAME_LENGTH_MIN,
  maxLength: USERNAME_LENGTH_MAX,
  pattern: USERNAME_PATTERN,
  [SAYS]: `must be ${USERNAME_LENGTH_MIN} to ${USERNAME_LENGTH_MAX} letters, digits, dots, underscores or hyphens, the first a letter or digit`,
  description: 'Letters, digits, dots, underscores and hyphens; unique regardless of case',
  examples: ['ada'],
})
const NewPassword = Type.String({
  minLength: PASSWORD_LENGTH_MIN,
  maxLength: PASSWORD_LENGTH_MAX,
  description: 'Any characters; not one of the most common passwords and not the username',
  examples: ['plum tart on tuesday'],
})
/** One to compare with: only its size is judged. */
const GivenPassword = Type.String({ minLength: 1, maxLength: PASSWORD_LENGTH_MAX })
const RefreshToken = Type.String({
  minLength: 1,
  maxLength: REFRESH_TOKEN_LENGTH_MAX,
  description: 'The newest one of the session',
})
const RoleName = Type.Unsafe<Role>({ type: 'string', enum: ['customer', 'admin'] })

export const RegisterBody = Body({ username: Username, password: NewPassword })
export const LoginBody = Body({
  username: Type.String({ minLength: 1, maxLength: USERNAME_LENGTH_MAX }),
  password: GivenPassword,
})
export const RefreshBody = Body({ refresh_token: RefreshToken })
export const PasswordBody = Body({
  current_password: GivenPassword,
  new_password: NewPassword,
  refresh_token: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: REFRESH_TOKEN_LENGTH_MAX,
      description: 'Of the session that is to stay; without it every session ends',
    }),
  ),
})
export const RoleBody = Body({ role: RoleName })
export const UserParams = Type.Object({ id: Id })

export const UserView = Type.Object({
  id: Id,
  username: Type.String(),
  role: RoleName,
  created_at: Timestamp,
})

export const view = ({ id, username, role, createdAt }: User): Static<typeof UserView> => ({
  id,
  username,
  role,
  created_at: createdAt.toISOString(),
})

export const TokensView = Type.Object({
  access_token: Type.String({ description: 'JWT; send it as "Authorization: Bearer …"' }),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds the access token lives' }),
  refresh_token: Type.String({ description: 'Opaque; for POST /token, once' }),
  user: UserView,
})

export const tokensView = (
  { token, expiresInSeconds }: AccessToken,
  refreshToken: string,
  user: User,
): Static<typeof TokensView> => ({
  access_token: token,
  token_type: 'Bearer',
  expires_in: expiresInSeconds,
  refresh_token: refreshToken,
  user: view(user),
})

export const WithdrawnView = Type.Object({
  withdrawn: Type.Array(Type.Object({ user_id: Id, least_version: Type.Integer({ minimum: 1 }) })),
})

export const withdrawnView = (withdrawals: readonly Withdrawal[]): Static<typeof WithdrawnView> => ({
  withdrawn: withdrawals.map(({ userId, leastVersion }) => ({
    user_id: userId,
    least_version: leastVersion,
  })),
})

export const KeySetView = Type.Object({
  keys: Type.Array(
    Type.Object({
      kty: Type.String(),
      crv: Type.String(),
      x: Type.String(),
      kid: Type.String(),
      alg: Type.String(),
      use: Type.String(),
    }),
  ),
})
