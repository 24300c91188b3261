/**
 * Looks up the addresses of a name at the name servers of this machine.
 *
 * Promises
 *  1. It waits for the network alone. The lookup of the system (`dns.lookup`) would hold one of the few threads of the process for each
 *     name whose server says nothing, and other names would wait for it: one receiver would delay all.
 *  2. It ends within TRIES attempts, and at once when the signal says so.
 *  3. Names are those of DNS: neither a file of this machine nor its search domains give a name another meaning.
 */
import { Resolver } from 'node:dns/promises'

export type Address = { readonly address: string; readonly family: number }
/** All addresses of a name. */
export type LookUp = (host: string, signal: AbortSignal) => Promise<readonly Address[]>

export const TRY_MS = 2_000
export const TRIES = 3

/** Tests give `servers`. */
export const createPublicLookUp =
  (servers?: readonly string[]): LookUp =>
  async (host, signal) => {
    const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES })
    if (servers) resolver.setServers(servers)
    signal.addEventListener('abort', () => resolver.cancel(), { once: true })
    const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
    if (four.status === 'rejected' && six.status === 'rejected') throw four.reason
    const found = (outcome: PromiseSettledResult<string[]>, family: number) =>
      outcome.status === 'fulfilled' ? outcome.value.map((address) => ({ address, family })) : []
    // The first one is called, and not every network has IPv6.
    return [...found(four, 4), ...found(six, 6)]
  }
