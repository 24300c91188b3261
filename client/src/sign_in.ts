/** Who signs in, and with what. */
import type { paths as AuthPaths } from './generated/auth_service.ts'

type Answer<Call> = Call extends {
  responses: { [status in 200 | 201]?: { content: { 'application/json': infer Body } } }
}
  ? Body
  : never

export type Tokens = Answer<AuthPaths['/login']['post']>
export type User = Tokens['user'] & {
  /** An admin who has to set up a second factor first, and is a customer until then. */
  readonly needs_second_factor?: true
}

type BodyOf<Call> = Call extends { requestBody?: { content: { 'application/json': infer Body } } }
  ? Body
  : never
export type PasskeyCredential = BodyOf<AuthPaths['/login/passkey']['post']>['credential']
export type Credentials = AuthPaths['/login']['post']['requestBody']['content']['application/json']

/** The user of an answer with tokens. */
export const ofUser = ({ needs_second_factor, user, ...tokens }: Tokens) => ({
  ...tokens,
  user: { ...user, ...(needs_second_factor === true && { needs_second_factor }) },
})
