/** One client: its connections, and requests that are repeated, with the same key, until they are answered. */
import { setTimeout as sleep } from 'node:timers/promises'
import { NoAnswer } from '../../tests/system/calls.ts'
import type { Chance } from '../../tests/system/until.ts'
import type { Account } from '../../tests/system/world.ts'
import { type Connection, openConnection, type Reply } from './connection.ts'
import type { Distribution } from './mix.ts'
import type { MarketRecord } from './record.ts'
import type { Shelf } from './shelf.ts'

/** Between a missing or retryable answer and the next attempt. */
const PAUSE_MS = 100
/** After this time a client gives up, which is a wrong answer. */
const PATIENCE_MS = 60_000

export type Addresses = { readonly products: string; readonly orders: string }

/** What all clients share. */
export type Market = {
  readonly addresses: () => Addresses
  readonly admin: Account
  readonly customers: readonly Account[]
  readonly shelf: Shelf
  /** The stock of a new product. */
  readonly units: number
  /** Undefined: answers are not checked, because a floor gives them. */
  readonly record: MarketRecord | undefined
}

export type Client = Omit<Market, 'addresses'> & {
  readonly chance: Chance
  readonly choose: Distribution
  readonly products: Asks
  readonly orders: Asks
  close(): void
}

export type Ask = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly token?: string
  readonly key?: string
  readonly body?: unknown
}

// biome-ignore lint/suspicious/noExplicitAny: JSON; what the clients need of it is checked.
export type Answer = { readonly status: number; readonly body: any; readonly repeated: boolean }

export type Asks = {
  (ask: Ask): Promise<Answer>
  /** Requests that were sent more than once, so far. */
  repeated(): number
  close(): void
}

export function createClient(market: Market, chance: Chance, choose: Distribution): Client {
  const { products, orders } = market.addresses()
  const asks = { products: asking(products), orders: asking(orders) }
  return {
    ...market,
    ...{ chance, choose, ...asks },
    close() {
      for (const each of [asks.products, asks.orders]) each.close()
    },
  }
}

const isFinal = ({ status }: Reply) => status < 500 && status !== 429

function asking(origin: string): Asks {
  const connection: Connection = openConnection(origin)
  let repetitions = 0
  const ask = async (request: Ask): Promise<Answer> => {
    const head = headOf(request)
    const body = request.body === undefined ? '' : JSON.stringify(request.body)
    let reply = await sent(connection, head, body)
    const repeated = reply === undefined || !isFinal(reply)
    if (repeated) {
      repetitions++
      const deadline = performance.now() + PATIENCE_MS
      while (reply === undefined || !isFinal(reply)) {
        if (performance.now() > deadline) {
          throw new Error(`${head.split('\r\n')[0]}: ${reply?.status ?? 'no answer'} for ${PATIENCE_MS} ms`)
        }
        await sleep(PAUSE_MS)
        reply = await sent(connection, head, body)
      }
    }
    const { status, text } = reply!
    return { status, body: text === '' ? undefined : JSON.parse(text), repeated }
  }
  return Object.assign(ask, { repeated: () => repetitions, close: connection.close })
}

const sent = (connection: Connection, head: string, body: string): Promise<Reply | undefined> =>
  connection.send(head, body).catch((error: unknown) => {
    if (error instanceof NoAnswer) return undefined
    throw error
  })

function headOf({ method, path, token, key, body }: Ask): string {
  let head = `${method} ${path} HTTP/1.1\r\n`
  if (token !== undefined) head += `Authorization: Bearer ${token}\r\n`
  if (key !== undefined) head += `Idempotency-Key: ${key}\r\n`
  if (body !== undefined) {
    head += `Content-Type: application/${method === 'PATCH' ? 'merge-patch+json' : 'json'}\r\n`
  }
  return head
}
