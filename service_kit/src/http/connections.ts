/**
 * Limits connections. Beyond `connectionsMax` Node drops new ones from any address. So an address gets another
 * connection only while it has fewer than half of the number that is free. Alone it gets a third of all, and an address
 * without a connection gets one while there is one.
 */
import type { Server } from 'node:http'
import { createSlots } from '../runtime/slots.ts'
import { addressPrefix } from './addresses.ts'

export const CONNECTIONS_MAX = 10_000
const SHARE_OF_FREE = 1 / 2

/** `perAddress`: whether addresses have a limit of their own. A proxy brings the connections of many clients. */
export function limitConnections(server: Server, connectionsMax: number, perAddress: boolean): void {
  server.maxConnections = connectionsMax
  if (!perAddress) return
  const slots = createSlots(connectionsMax)
  server.on('connection', (socket) => {
    const { remoteAddress } = socket
    // The client has closed it already.
    if (remoteAddress === undefined) return
    const free = connectionsMax - slots.taken()
    const taken = slots.take({
      key: addressPrefix(remoteAddress),
      max: Math.max(1, Math.ceil(free * SHARE_OF_FREE)),
    })
    if (typeof taken === 'function') socket.once('close', taken)
    else socket.destroy()
  })
}
