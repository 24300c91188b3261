/**
 * The addresses of an origin. One host name may have several (a headless service of Kubernetes, `tasks.` of a Swarm), and
 * each is a replica; or one, which may be that of a balancer.
 */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'

/** Most addresses of one host name that are used. */
export const REPLICAS_MAX = 20

export type LookUp = (host: string) => Promise<readonly string[]>

/** The resolver of the system, which reads /etc/hosts too. */
export const lookUp: LookUp = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address)

/** The addresses of the host name of an origin; none if it is localhost or an address. Rejects when the name is unknown. */
export async function addressesOf(origin: string, find: LookUp = lookUp): Promise<readonly string[]> {
  const host = new URL(origin).hostname
  if (!isRemoteHostName(host)) return []
  return [...new Set(await find(host))].sort().slice(0, REPLICAS_MAX)
}

const isRemoteHostName = (host: string) => host !== 'localhost' && isIP(host.replace(/^\[|\]$/g, '')) === 0
