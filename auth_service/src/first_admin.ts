/** Makes the admin that the environment names. */
import { ConfigError } from '@shop/service_kit/runtime/config'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { AccountPorts } from './domain/accounts.ts'
import { DomainError } from './domain/errors.ts'
import { ensureFirstAdmin } from './domain/first_admin.ts'
import { isUsername } from './domain/usernames.ts'

/** Does nothing without ADMIN_USERNAME. Fails with ConfigError if the name or the password is not allowed. */
export async function makeFirstAdmin(
  ports: Pick<AccountPorts, 'users' | 'hasher' | 'passwordChecks' | 'newId' | 'now'>,
  { ADMIN_USERNAME: username, ADMIN_PASSWORD: password }: Pick<Config, 'ADMIN_USERNAME' | 'ADMIN_PASSWORD'>,
  logger: Logger,
): Promise<void> {
  if (username === undefined || password === undefined) return
  if (!isUsername(username)) {
    throw new ConfigError(['ADMIN_USERNAME must be 3 to 32 letters, digits, dots, underscores or hyphens'])
  }
  try {
    const outcome = await ensureFirstAdmin(ports, { username, password })
    if (outcome === 'created') logger.info({ username }, 'made the first admin')
    if (outcome === 'not_an_admin') {
      logger.warn({ username }, 'the account named by ADMIN_USERNAME is not an admin; it was not changed')
    }
  } catch (error) {
    if (error instanceof DomainError) throw new ConfigError([`ADMIN_PASSWORD: ${error.message}`])
    throw error
  }
}
