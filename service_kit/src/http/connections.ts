/**
 * Limits connections. Beyond `connectionsMax` Node drops new ones from any address. So an address gets another
 * connection only while it has fewer than half of the number that is free. Alone it gets a third of all, and an address
 * without a connection gets one while there is one.
 */
import type { Server } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { createSlots } from '../runtime/slots.ts'
import { addressPrefix } from './addresses.ts'

export const CONNECTIONS_MAX = 10_000
const SHARE_OF_FREE = 1 / 2

/** `proxies`: addresses or networks that have no limit of their own, for they bring the connections of many clients. */
export function limitConnections(
  server: Server,
  connectionsMax: number,
  proxies: readonly string[] = [],
): void {
  server.maxConnections = connectionsMax
  const slots = createSlots(connectionsMax)
  const isProxy = listed(proxies)
  server.on('connection', (socket) => {
    const { remoteAddress } = socket
    // The client has closed it already.
    if (remoteAddress === undefined) return
    const free = connectionsMax - slots.taken()
    const max = isProxy(remoteAddress) ? connectionsMax : Math.max(1, Math.ceil(free * SHARE_OF_FREE))
    const taken = slots.take({ key: addressPrefix(remoteAddress), max })
    if (typeof taken === 'function') socket.once('close', taken)
    else socket.destroy()
  })
}

function listed(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    if (bits === undefined) list.addAddress(address, familyOf(address))
    else list.addSubnet(address, Number(bits), familyOf(address))
  }
  // It finds an IPv4 address that is mapped into IPv6, too.
  return (address) => list.check(address, familyOf(address))
}
