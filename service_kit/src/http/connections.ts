/**
 * How many connections there may be, and whose they are. Beyond `connectionsMax` Node drops new ones, whoever makes
 * them; so an address gets another one only while it has less than half of those that are free. Alone it gets a third
 * of all, and whoever has none gets one as long as there is one.
 */
import type { Server } from 'node:http'
import { createSeats } from '../runtime/seats.ts'
import { addressPrefix } from './addresses.ts'

export const CONNECTIONS_MAX = 10_000
const SHARE_OF_FREE = 1 / 2

/** `shared`: whether an address brings its own connections alone. A proxy brings those of many. */
export function limitConnections(server: Server, connectionsMax: number, shared: boolean): void {
  server.maxConnections = connectionsMax
  if (!shared) return
  const seats = createSeats(connectionsMax)
  server.on('connection', (socket) => {
    const { remoteAddress } = socket
    // Who has left already.
    if (remoteAddress === undefined) return
    const free = connectionsMax - seats.taken()
    const leave = seats.take({
      key: addressPrefix(remoteAddress),
      max: Math.max(1, Math.ceil(free * SHARE_OF_FREE)),
    })
    if (typeof leave === 'function') socket.once('close', leave)
    else socket.destroy()
  })
}
