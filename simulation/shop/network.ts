/**
 * The network between machines: it delivers requests to apps by `inject`, through a layer of faults.
 *
 * Invariants
 *  1. What is sent may be lost, may come twice, late (also after the deadline of its caller) and in another order. The same holds
 *     for the answer. A request that comes twice is one that its sender could have repeated.
 *  2. A host without a process refuses connections. A process that is killed breaks the connections it has; one that is paused
 *     keeps them, and answers when it goes on.
 *  3. What a partition separates gets nothing from each other, and no refusal either. It may be one-way.
 */
import { PassThrough, type Readable } from 'node:stream'
import type { App } from '@shop/service_kit/http/app'
import type { Faults } from '../core/faults.ts'
import type { Machine } from '../core/machine.ts'
import type { World } from '../core/world.ts'

export type NetworkFault =
  | 'a request is lost'
  | 'an answer is lost'
  | 'a request comes twice'
  | 'a message is late'
  | 'a host is cut off'
  | 'a host is slow'

export const NETWORK_FAULTS: Readonly<Record<NetworkFault, number>> = {
  'a request is lost': 0.06,
  'an answer is lost': 0.06,
  'a request comes twice': 0.06,
  'a message is late': 0.08,
  'a host is cut off': 0.5,
  'a host is slow': 0.5,
}

export const EVENT_STREAM = 'text/event-stream'
/** Of the balancer in front of all. */
const CLIENT_ADDRESS = '10.0.0.1'

/** Usual time of a message, in milliseconds, and that of one which is late: longer than any deadline of a call. */
const LATENCY_MS = { least: 0.2, most: 8 }
const LATE_MS = { least: 500, most: 12_000 }
const SLOW_MS_MAX = 1_500

export type Process = { readonly machine: Machine; readonly app: App }

/** Where processes of one replica run, one after the other. */
export type Host = {
  readonly address: string
  process: Process | undefined
  /** Longest extra delay of what it receives. */
  slowMs: number
}

export type Message = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  /** An event stream arrives in parts, and may break. */
  readonly body: Buffer | Readable
}

/** No process listens there. */
export class Refused extends Error {
  readonly code = 'ECONNREFUSED'
}
/** The connection broke: what was sent may have been done. */
export class Broken extends Error {
  readonly code = 'UND_ERR_SOCKET'
}

export type Network = {
  /**
   * The requests of `fetch`. A request keeps its signal only weakly: one whose answer is lost would be collected as garbage, and
   * from then on, at a moment that depends on the machine, its deadline would not end it.
   */
  readonly inFlight: Set<object>
  addHost(address: string): Host
  /** A host that other hosts cannot reach, or that cannot reach them, until `reconnect`. */
  cut(address: string, direction: 'to' | 'from' | 'both'): void
  reconnect(address: string): void
  /** Calls back once: with Refused, or without an error; never if the address is cut off. */
  connect(from: string, address: string, callback: (error: Error | undefined) => void): void
  /**
   * Rejects with Refused or Broken. Does not settle if the request or its answer is lost: the caller has a deadline.
   * `repeatable`: it may come twice; `onTwice` is called when it will.
   */
  exchange(
    from: string,
    address: string,
    message: Message,
    repeatable: boolean,
    onTwice?: () => void,
  ): Promise<Answer>
  /** Breaks the connections of the process at that host. */
  breakConnections(host: Host): void
}

export function createNetwork(world: World, faults: Faults<NetworkFault>): Network {
  const hosts = new Map<string, Host>()
  const cuts = new Map<string, 'to' | 'from' | 'both'>()
  const open = new Map<Host, Set<() => void>>()
  const delays = world.chances('latency')

  const separated = (from: string, to: string) => {
    const receives = cuts.get(to)
    const sends = cuts.get(from)
    return receives === 'to' || receives === 'both' || sends === 'from' || sends === 'both'
  }
  const delayTo = (address: string) => {
    const usual = delays.between(LATENCY_MS.least, LATENCY_MS.most)
    const slow = delays.between(0, hosts.get(address)?.slowMs ?? 0)
    const late = delays.between(LATE_MS.least, LATE_MS.most)
    return usual + slow + (faults.happens('a message is late') ? late : 0)
  }

  const arrive = (from: string, host: Host, message: Message, settle: (answer: Answer | Error) => void) => {
    const process = host.process
    if (separated(from, host.address)) return
    if (!process) return world.after(delayTo(from), () => settle(new Refused(`${host.address} refuses`)))
    const breaking = () => world.after(delayTo(from), () => settle(new Broken('other side closed')))
    const breakable = open.get(host)!
    breakable.add(breaking)
    const isStream = message.headers.accept === EVENT_STREAM
    process.machine.deliver(() => {
      process.app
        .inject({
          method: message.method as 'GET',
          url: message.path,
          headers: message.headers,
          ...(message.body === undefined ? {} : { payload: message.body }),
          remoteAddress: CLIENT_ADDRESS,
          payloadAsStream: isStream,
        })
        .then(
          (answer) =>
            process.machine.deliver(() => {
              breakable.delete(breaking)
              if (separated(host.address, from)) return
              if (faults.happens('an answer is lost'))
                return world.note(
                  'network',
                  `the answer to ${message.method} ${message.path} of ${from} is lost`,
                )
              const body = isStream ? streamTo(from, host, answer.stream(), breakable) : answer.rawPayload
              const headers = answer.headers as Answer['headers']
              world.after(delayTo(from), () => settle({ status: answer.statusCode, headers, body }))
            }),
          // `inject` fails only if the app is closing.
          () => breaking(),
        )
    })
  }

  /** What arrives of a stream: in its order, until a partition, or until the process or the receiver ends it. */
  const streamTo = (from: string, host: Host, sent: Readable, breakable: Set<() => void>): Readable => {
    const arriving = new PassThrough()
    let free = 0
    const later = (run: () => void) => {
      free = Math.max(free, world.time() + delayTo(from))
      world.after(free - world.time(), () => {
        if (!separated(host.address, from) && !arriving.destroyed) run()
      })
    }
    const breaking = () => void later(() => arriving.destroy(new Broken('other side closed')))
    breakable.add(breaking)
    sent.on('data', (chunk) => later(() => arriving.write(chunk)))
    sent.once('end', () => later(() => arriving.end()))
    sent.once('error', breaking)
    arriving.on('error', () => {})
    arriving.once('close', () => {
      breakable.delete(breaking)
      sent.destroy()
    })
    return arriving
  }

  return {
    inFlight: new Set(),
    addHost(address) {
      const host: Host = { address, process: undefined, slowMs: 0 }
      hosts.set(address, host)
      open.set(host, new Set())
      return host
    },
    cut(address, direction) {
      cuts.set(address, direction)
      world.note('network', `${address} is cut off: ${direction}`)
    },
    reconnect(address) {
      if (cuts.delete(address)) world.note('network', `${address} is connected again`)
    },
    connect(from, address, callback) {
      world.after(delayTo(address), () => {
        if (separated(from, address) || separated(address, from)) return
        const refused = hosts.get(address)?.process === undefined
        callback(refused ? new Refused(`${address} refuses`) : undefined)
      })
    },
    exchange(from, address, message, repeatable, onTwice) {
      const host = hosts.get(address)!
      const { promise, resolve, reject } = Promise.withResolvers<Answer>()
      const settle = (answer: Answer | Error) => (answer instanceof Error ? reject(answer) : resolve(answer))
      const what = `${message.method} ${message.path} of ${from}`
      if (faults.happens('a request is lost')) world.note('network', `${what} is lost`)
      else world.after(delayTo(address), () => arrive(from, host, message, settle))
      if (repeatable && faults.happens('a request comes twice')) {
        world.note('network', `${what} comes twice`)
        onTwice?.()
        world.after(delayTo(address), () => arrive(from, host, message, () => {}))
      }
      return promise
    },
    breakConnections(host) {
      for (const breaking of open.get(host)!) breaking()
      open.get(host)!.clear()
    },
  }
}

export { SLOW_MS_MAX }
