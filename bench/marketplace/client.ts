/** One client: its connections, and requests that are repeated, with the same key, until they are answered. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Call, type Json, NoAnswer } from '../../tests/system/calls.ts'
import type { Chance } from '../../tests/system/until.ts'
import type { Account } from '../../tests/system/world.ts'
import { openConnection, type Reply } from './connection.ts'
import type { Distribution } from './mix.ts'
import type { MarketRecord } from './record.ts'
import type { Shelf } from './shelf.ts'

/** Between a missing or retryable answer and the next attempt. */
const PAUSE_MS = 100
/** After this time a client gives up, which is a wrong answer. */
const PATIENCE_MS = 60_000
const MERGE_PATCH = 'application/merge-patch+json'

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
  /** Sends the requests instead of a connection of each client. */
  readonly call?: Call
}

export type Client = Omit<Market, 'addresses' | 'call'> & {
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
  readonly body?: Json
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
  const send = ({ call }: Market, origin: string) => (call ? sendBy(call, origin) : sendByConnection(origin))
  const asks = { products: asking(send(market, products)), orders: asking(send(market, orders)) }
  return {
    ...market,
    ...{ chance, choose, ...asks },
    close() {
      for (const each of [asks.products, asks.orders]) each.close()
    },
  }
}

const isFinal = ({ status }: Reply) => status < 500 && status !== 429

type Send = { (request: Ask): Promise<Reply>; close(): void }

function sendByConnection(origin: string): Send {
  const connection = openConnection(origin)
  const send = (request: Ask) =>
    connection.send(headOf(request), request.body === undefined ? '' : JSON.stringify(request.body))
  return Object.assign(send, { close: connection.close })
}

function sendBy(call: Call, origin: string): Send {
  const send = async ({ method, path, ...request }: Ask): Promise<Reply> => {
    const headers = method === 'PATCH' ? { headers: { 'content-type': MERGE_PATCH } } : {}
    const { status, body } = await call(method, origin + path, { ...request, ...headers })
    return { status, text: JSON.stringify(body) }
  }
  return Object.assign(send, { close: () => {} })
}

function asking(send: Send): Asks {
  let repetitions = 0
  const ask = async (request: Ask): Promise<Answer> => {
    let reply = await answerOf(send(request))
    const repeated = reply === undefined || !isFinal(reply)
    if (repeated) repetitions++
    for (
      const deadline = performance.now() + PATIENCE_MS;
      reply === undefined || !isFinal(reply);
      reply = await answerOf(send(request))
    ) {
      if (performance.now() > deadline) {
        const { method, path } = request
        throw new Error(`${method} ${path}: ${reply?.status ?? 'no answer'} for ${PATIENCE_MS} ms`)
      }
      await sleep(PAUSE_MS)
    }
    const { status, text } = reply
    return { status, body: text === '' ? undefined : JSON.parse(text), repeated }
  }
  return Object.assign(ask, { repeated: () => repetitions, close: send.close })
}

/** Undefined where the connection broke. */
const answerOf = (reply: Promise<Reply>): Promise<Reply | undefined> =>
  reply.catch((error: unknown) => {
    if (error instanceof NoAnswer) return undefined
    throw error
  })

function headOf({ method, path, token, key, body }: Ask): string {
  let head = `${method} ${path} HTTP/1.1\r\n`
  if (token !== undefined) head += `Authorization: Bearer ${token}\r\n`
  if (key !== undefined) head += `Idempotency-Key: ${key}\r\n`
  if (body !== undefined) {
    head += `Content-Type: ${method === 'PATCH' ? MERGE_PATCH : 'application/json'}\r\n`
  }
  return head
}
