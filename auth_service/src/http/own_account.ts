/** The caller's account from the store, because the token may be older than a change of it. */
import { principalOf } from '@shop/service_kit/identity/access'
import { Problem } from '@shop/service_kit/runtime/problem'
import type { FastifyRequest } from 'fastify'
import type { Proof } from '../domain/ownership.ts'
import type { Account, UserStore } from '../domain/ports.ts'

export function createOwnAccounts({ users }: { readonly users: UserStore }) {
  const accountOf = async (request: FastifyRequest): Promise<Account> => {
    const account = await users.find(principalOf(request).userId)
    if (!account) throw new Problem('unauthenticated', 'The account of this token does not exist.')
    return account
  }
  const requireAdmin = async (request: FastifyRequest) => {
    if ((await accountOf(request)).role !== 'admin') {
      throw new Problem('forbidden', 'This needs the role admin.')
    }
  }
  return { accountOf, requireAdmin }
}

/** That the caller is the owner of the account, not only the bearer of a token. */
export function proofOf(request: FastifyRequest, currentPassword: string | undefined): Proof {
  const { signedInAt } = principalOf(request)
  return {
    currentPassword,
    signedInAt: signedInAt === undefined ? undefined : new Date(signedInAt * 1000),
  }
}
