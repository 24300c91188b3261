/** How processes and buyers call over the simulated network: as the kit's connections, and as `fetch`. */
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { LookUp } from '@shop/service_kit/calls/addresses'
import type { Network as KitNetwork } from '@shop/service_kit/calls/replicas'
import type { Machine } from '../core/machine.ts'
import type { Answer, Message, Network } from './network.ts'
import type { Recording } from './recording.ts'

/** Host names, and the addresses of their replicas. */
export type Names = Readonly<Record<string, readonly string[]>>

export const lookUpIn =
  (names: Names): LookUp =>
  async (host) => {
    const addresses = names[host]
    if (!addresses) throw new Error(`${host} is unknown`)
    return addresses
  }

/** Only what its sender could repeat comes twice: what a client sends, */
const isRepeatable = ({ method, headers }: Message) =>
  method !== 'POST' || headers['idempotency-key'] !== undefined
/** and the calls of services to each other; the gateway repeats no change. */
const isCallOfService = ({ method, path }: Message) => method === 'GET' || path.startsWith('/internal/')

type Socket = { readonly remote: string; destroy(): void }

/** The connections of `machine`. One call at a time is enough to learn whether its host is there. */
export function networkOf(network: Network, machine: Machine): KitNetwork {
  // Also what it sends: a process that was killed since it was connected sends nothing.
  const { exchange } = machine.seen({ exchange: network.exchange })
  return {
    connector:
      ({ timeout }) =>
      ({ hostname }, callback) => {
        let ended = false
        const end = (error: Error | undefined) => {
          if (ended) return
          ended = true
          const socket: Socket = { remote: hostname, destroy() {} }
          if (error) callback(error, null)
          else callback(null, socket as never)
        }
        machine.runtime.after(timeout, () => end(new Error('Connect Timeout Error')))
        network.connect(machine.name, hostname, (error) => machine.deliver(() => end(error)))
      },
    connections({ origin, connect }) {
      const { hostname } = new URL(origin)
      let connected: Promise<string> | undefined
      const address = () => {
        connected ??= new Promise((resolve, reject) =>
          connect({ hostname, protocol: 'http:', port: '80' }, (error, socket) =>
            error ? reject(error) : resolve((socket as unknown as Socket).remote),
          ),
        )
        return connected
      }
      return {
        async request({ method, path, headers, body, signal }) {
          try {
            const to = await within(signal as AbortSignal | null, address())
            const message = { method, path, headers: plain(headers as object), body: bodyOf(body) }
            const answer = exchange(machine.name, to, message, isCallOfService(message))
            return responseOf(await within(signal as AbortSignal | null, answer))
          } catch (error) {
            connected = undefined
            throw error
          }
        },
        async close() {},
      }
    },
  }
}

/** Rejects with the reason of the signal if that is aborted first. */
function within<T>(signal: AbortSignal | null | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

const plain = (headers: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name.toLowerCase(), String(value)]),
  )

const bodyOf = (body: unknown): string | undefined =>
  body === null || body === undefined ? undefined : String(body)

/** As undici gives it: a stream that can also be read as text. */
function responseOf({ status, headers, body }: Answer) {
  const stream = body instanceof Readable ? body : Readable.from(body.length === 0 ? [] : [body])
  return {
    statusCode: status,
    headers,
    body: Object.assign(stream, {
      text: () => text(stream),
      async dump() {
        stream.resume()
      },
    }),
  } as never
}

/** A `fetch` from the host `from`, to one of the replicas of the name in its URL. */
export function fetchOver(
  network: Network,
  names: Names,
  from: string,
  chooseReplica: (addresses: readonly string[]) => string,
  recording?: Recording,
): (request: Request) => Promise<Response> {
  return async (request) => {
    network.inFlight.add(request)
    try {
      return await send(request)
    } finally {
      network.inFlight.delete(request)
    }
  }

  async function send(request: Request): Promise<Response> {
    const url = new URL(request.url)
    const message = {
      method: request.method,
      path: url.pathname + url.search,
      headers: plain(Object.fromEntries(request.headers)),
      body: request.body === null ? undefined : await request.text(),
    }
    const to = chooseReplica(names[url.hostname]!)
    const onTwice = () => recording?.called(message)()
    const record = recording?.called(message)
    try {
      const answered = network.exchange(from, to, message, isRepeatable(message), onTwice)
      const { status, headers, body } = await within(request.signal, answered)
      record?.({ status, body: jsonOf(body) })
      return toResponse(status, headers, body)
    } catch (error) {
      record?.()
      throw error
    }
  }
}

function toResponse(status: number, headers: Answer['headers'], body: Answer['body']): Response {
  const init = { status, headers: plain(headers) }
  if (status === 204 || status === 304) return new Response(null, init)
  if (body instanceof Readable) return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, init)
  return new Response(new Uint8Array(body), init)
}

/** An empty object for what is no JSON. */
function jsonOf(body: Answer['body']): Record<string, unknown> {
  if (body instanceof Readable) return {}
  try {
    return JSON.parse(body.toString())
  } catch {
    return {}
  }
}
