/**
 * Any service that accepts access tokens. Like the kit, it uses the last list of withdrawn tokens and keys that it could fetch;
 * it asks for a new one when its own is older than the kit's would be.
 */
import { WITHDRAWN_REFRESH_MS } from '@shop/service_kit/identity/withdrawn_tokens'
import type { Machine } from '../../core/machine.ts'
import type { Host } from '../hosts.ts'
import type { Network } from '../network.ts'
import { ACCESS_TOKEN_TTL_SECONDS, type AuthReplica, type Published, type Token } from './auth_replica.ts'

export type Entered = {
  readonly is: 'admitted' | 'expired' | 'withdrawn' | 'unknown key' | 'forbidden'
  /** When the list was asked for. */
  readonly listFrom: number
}

export type GateReplica = { enter(token: Token, asAdmin: boolean): Promise<Entered> }

export type GateDeps = {
  readonly machine: Machine
  readonly host: Host
  readonly network: Network
  readonly auth: readonly Host<AuthReplica>[]
  readonly time: () => number
}

const DEADLINE_MS = 1_000

export function startGateReplica({ machine, host, network, auth, time }: GateDeps): GateReplica {
  const { now, monotonic, random } = machine.runtime
  let list: (Published & { readonly from: number; readonly at: number }) | undefined

  const refresh = async () => {
    const from = time()
    const to = auth[Math.floor(random() * auth.length)]!
    const ask = (replica: AuthReplica) => replica.published()
    try {
      const what = 'list what is withdrawn'
      const call = { from: host.name, caller: machine, to, deadlineMs: DEADLINE_MS, what, ask }
      const fresh = await network.call(call)
      if (list === undefined || from > list.from) list = { ...fresh, from, at: monotonic() }
    } catch {
      // The last list is used.
    }
  }

  return {
    async enter({ userId, version, role, kid, issuedAt }, asAdmin) {
      const listOf = () => list?.from ?? Number.NEGATIVE_INFINITY
      if (issuedAt + ACCESS_TOKEN_TTL_SECONDS * 1_000 < now().getTime())
        return { is: 'expired', listFrom: listOf() }
      if (list === undefined || monotonic() - list.at > WITHDRAWN_REFRESH_MS || !list.kids.includes(kid))
        await refresh()
      const listFrom = listOf()
      const least = list?.withdrawn.find((each) => each.userId === userId)?.leastVersion ?? 0
      if (list && !list.kids.includes(kid)) return { is: 'unknown key', listFrom }
      if (version < least) return { is: 'withdrawn', listFrom }
      if (asAdmin && role !== 'admin') return { is: 'forbidden', listFrom }
      return { is: 'admitted', listFrom }
    },
  }
}
