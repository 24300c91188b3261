/** Removing second factors: by the owner with a code, or for an owner who has lost them. */
import type { Caller } from './accounts.ts'
import { secondFactorRemoved } from './audit.ts'
import type { Author } from './author.ts'
import { type Proof, requireOwner } from './ownership.ts'
import type { Account } from './ports.ts'
import {
  type FactorPorts,
  factorId,
  hasFactor,
  keepOnly,
  noFactor,
  OF_USER_MAX,
  useCode,
} from './second_factors.ts'

/** By its owner, with a code. An admin's sessions end, because they may have their rights from it. Rejects with `no_second_factor`, and as `requireOwner` and `useCode` do. */
export async function removeFactor(
  ports: FactorPorts,
  account: Account,
  code: string,
  proof: Proof,
  caller: Caller,
): Promise<void> {
  if (!(await hasFactor(ports, account.id))) throw noFactor()
  await requireOwner(ports, account, proof, caller)
  await useCode(ports, account.id, code, caller)
  await ports.credentials.removeOfUser(account.id, ['second factor'])
  if (account.role === 'admin') await keepOnly(ports, account.id)
}

/** Lost by its owner, with its recovery codes; passkeys, too. All sessions end. Rejects with `no_second_factor`. */
export async function resetFactors(
  ports: Pick<FactorPorts, 'credentials' | 'sessions' | 'now'>,
  userId: string,
  by: Author,
): Promise<void> {
  const { credentials, sessions, now } = ports
  const factor = await credentials.find(factorId(userId))
  const passkeys = await credentials.ofUser(userId, 'passkey', OF_USER_MAX)
  const all = factor ? [factor, ...passkeys] : passkeys
  if (all.length === 0) throw noFactor()
  for (const { id, mark, kind } of all) {
    const record = secondFactorRemoved(userId, kind)
    await credentials.remove(id, mark, { by, at: now().toISOString(), record })
  }
  for (const { id } of await sessions.ofUser(userId, now(), OF_USER_MAX)) await sessions.end(id)
}
