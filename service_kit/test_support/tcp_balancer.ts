/** A balancer of connections, as in front of the replicas of a Swarm or of Kubernetes: each connection goes to the next one. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import type { TestContext } from 'node:test'

/** `origins` may change while it runs. Resolves its own origin; it stops with the test. */
export async function balanceConnections(t: TestContext, origins: readonly string[]): Promise<string> {
  let turn = 0
  const server = createServer((incoming) => {
    const { hostname, port } = new URL(origins[turn++ % origins.length]!)
    const outgoing = connect(Number(port), hostname)
    const cut = () => {
      incoming.destroy()
      outgoing.destroy()
    }
    incoming.pipe(outgoing).pipe(incoming)
    for (const socket of [incoming, outgoing]) socket.on('error', cut)
    t.after(cut)
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
