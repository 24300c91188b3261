/** The first admin, whom the operator of the shop names. */
import { type AccountPorts, addAccount, type Credentials } from './accounts.ts'
import { OPERATOR } from './author.ts'
import { acceptPassword } from './passwords.ts'
import { canonicalUsername } from './usernames.ts'

export type FirstAdmin = 'created' | 'exists' | 'not_an_admin'

/**
 * Makes the configured admin if no account has that name. Never changes an existing account. Rejects with
 * `password_refused`. Replicas that start at the same time make one account together.
 */
export async function ensureFirstAdmin(
  ports: Pick<AccountPorts, 'users' | 'hasher' | 'passwordChecks' | 'newId' | 'now'>,
  credentials: Credentials,
): Promise<FirstAdmin> {
  const existing = () => ports.users.findByName(canonicalUsername(credentials.username))
  if (!(await existing())) {
    const { username } = credentials
    const password = await acceptPassword(credentials.password, username, ports.passwordChecks)
    try {
      const ticket = { queue: 'known', owner: username } as const
      await addAccount(ports, { username, password }, 'admin', ticket, OPERATOR)
      return 'created'
    } catch (error) {
      if ((error as { code?: string }).code !== 'username_taken') throw error
    }
  }
  return (await existing())?.role === 'admin' ? 'exists' : 'not_an_admin'
}
