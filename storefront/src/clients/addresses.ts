/**
 * Who is behind an origin: a name may stand for several replicas (a headless service of Kubernetes, `tasks.` of a
 * Swarm), and each of its addresses is one.
 */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'

/** Addresses behind one name that are told apart; a name with more is still reached, at these. */
export const REPLICAS_MAX = 20

export type LookUp = (host: string) => Promise<readonly string[]>

/** As the system resolves names, /etc/hosts included. */
export const lookUp: LookUp = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address)

/** The addresses of an origin whose name stands for several; none for any other. Rejects when the name is not known. */
export async function addressesOf(origin: string, find: LookUp = lookUp): Promise<readonly string[]> {
  const host = new URL(origin).hostname
  if (!standsForOthers(host)) return []
  const found = [...new Set(await find(host))].sort()
  return found.length < 2 ? [] : found.slice(0, REPLICAS_MAX)
}

const standsForOthers = (host: string) => host !== 'localhost' && isIP(host.replace(/^\[|\]$/g, '')) === 0
