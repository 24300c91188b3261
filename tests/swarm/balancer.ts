/**
 * Replaces Swarm's routing mesh on engines without IPVS: `node balancer.ts PORT:SERVICE:PORT ...`. Each connection
 * goes to one of the running tasks that the engine's DNS returns for the service; bytes are forwarded unchanged.
 */
import { lookup } from 'node:dns/promises'
import { connect, createServer, type Socket } from 'node:net'

const CONNECT_MS = 500

for (const route of process.argv.slice(2)) {
  const [port, service, target] = route.split(':')
  createServer((client) => serve(client, service!, Number(target))).listen(Number(port), '0.0.0.0')
}
process.on('SIGTERM', () => process.exit(0))

async function serve(client: Socket, service: string, port: number) {
  client.on('error', () => client.destroy())
  const tasks = await lookup(service, { all: true, family: 4 }).catch(() => [])
  const start = Math.floor(Math.random() * tasks.length)
  for (const { address } of [...tasks.slice(start), ...tasks.slice(0, start)]) {
    const task = await reach(address, port)
    if (!task) continue
    task.on('error', () => client.destroy()).once('close', () => client.destroy())
    client.once('close', () => task.destroy())
    client.pipe(task).pipe(client)
    return
  }
  client.destroy()
}

function reach(host: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true })
    const late = setTimeout(() => socket.destroy(), CONNECT_MS)
    socket
      .once('connect', () => {
        clearTimeout(late)
        resolve(socket)
      })
      .once('error', () => {})
      .once('close', () => {
        clearTimeout(late)
        resolve(undefined)
      })
  })
}
