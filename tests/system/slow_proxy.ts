/**
 * A proxy between order_service and product_service that can delay the requests to one path: it accepts them
 * from the caller and forwards them only after `open`, long after the caller has given up.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type SlowProxy = {
  readonly url: string
  /** The URL to which requests are forwarded. */
  leadTo(url: string): void
  /** From now on requests to `path` wait. */
  close(path: string): void
  /** How many requests wait. */
  waiting(): number
  /** Forwards all that wait, and resolves the statuses of their answers. */
  open(): Promise<number[]>
}

export async function createSlowProxy(t: { after(work: () => Promise<void>): void }): Promise<SlowProxy> {
  let target = ''
  let closed: string | undefined
  let held: (() => void)[] = []
  const arrivals: Promise<{ status: number }>[] = []

  const server = createServer(async (request, response) => {
    const body = await text(request)
    const waited = request.url === closed
    if (waited) await new Promise<void>((go) => held.push(go))
    const answer = passOn(target, request, body)
    if (waited) arrivals.push(answer)
    answer
      .then(({ status, content }) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(content),
      )
      .catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  t.after(async () => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (url) => {
      target = url
    },
    close: (path) => {
      closed = path
    },
    waiting: () => held.length,
    async open() {
      closed = undefined
      for (const go of held) go()
      held = []
      // The requests are sent in a later turn of the event loop.
      await new Promise(setImmediate)
      return (await Promise.all(arrivals.splice(0))).map(({ status }) => status)
    },
  }
}

async function passOn(target: string, { method, url, headers }: IncomingMessage, body: string) {
  const answer = await fetch(target + url, {
    method: method!,
    headers: { 'content-type': 'application/json', authorization: headers.authorization ?? '' },
    body,
  })
  return { status: answer.status, content: await answer.text() }
}
