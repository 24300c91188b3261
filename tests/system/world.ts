/**
 * The whole shop for one test: the three real services on a fresh data folder, and a client's calls to them.
 *
 * Promises
 *  1. When the test ends, in any way, exactly the processes started here are stopped, then the folder is removed.
 *  2. Services have fixed addresses, so each can be stopped, killed and started alone.
 *  3. A call is made once; a test that wants a retry makes it, with the same key.
 */
import { randomBytes, randomUUID, randomUUIDv7 } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { totalOf } from '../../storefront/web/src/ui/money_math.ts'
import {
  type Answer,
  type Call,
  call as callOnce,
  expectStatus,
  type Json,
  NoAnswer,
  type Request,
} from './calls.ts'
import {
  createServiceProcess,
  type Environment,
  freePort,
  type ServiceName,
  type ServiceProcess,
} from './processes.ts'
import { until } from './until.ts'

/** How long after the last fault every order must have its final answer (invariant 5). */
export const SETTLE_MS = 120_000
/** Accounts registered at once: a password hash takes a core and memory. */
const SIGN_UPS_AT_ONCE = 4

export type Account = { readonly id: string; readonly username: string; readonly token: string }
export type Product = Json & {
  readonly id: string
  readonly price: string
  readonly stock: number
  readonly version: number
}
export type Line = { readonly product: Pick<Product, 'id' | 'price'>; readonly quantity: number }
export type Order = Json & { readonly id: string; readonly status: string; readonly version: number }
export type Attempt = {
  readonly lines: readonly Line[]
  readonly key?: string
  /** Default: the cost of the lines at the prices with which their products were read. */
  readonly total?: string
  /** The URL of the order_service to call, if there are several. */
  readonly at?: ServiceProcess
  readonly headers?: Record<string, string>
}

export type World = {
  readonly dataDir: string
  readonly auth: ServiceProcess
  readonly products: ServiceProcess
  readonly orders: ServiceProcess
  readonly admin: Account
  /** Requests of its clients. */
  readonly call: Call
  /** One more process of `service` on the same file, already listening. */
  addProcess(service: ServiceName, extra?: Environment, from?: 'sources'): Promise<ServiceProcess>
  /** New accounts, signed in. */
  buyers(count: number): Promise<Account[]>
  /** Adds a product to the catalogue. */
  addProduct(product: {
    stock: number
    price?: string
    name?: string
    description?: string
    sku?: string
    status?: 'draft'
    compare_at_price?: string
  }): Promise<Product>
  product(id: string): Promise<Product>
  place(buyer: Account, attempt: Attempt): Promise<Answer<Order>>
  /** Places an order and waits until it is confirmed. */
  bought(buyer: Account, attempt: Attempt): Promise<Order>
  order(reader: Account, id: string): Promise<Order>
  /** The order once it is neither pending nor cancelling (invariant 5). */
  settled(reader: Account, id: string): Promise<Order>
  move(account: Account, id: string, body: Json, at?: ServiceProcess): Promise<Answer<Order>>
}

export type TestEnd = { after(work: () => Promise<void>): void }

/** The end of a suite whose tests share a world; `end` is for the suite's own `after`. */
export function createSuiteEnd(): TestEnd & { end(): Promise<void> } {
  const works: (() => Promise<void>)[] = []
  return {
    after: (work) => void works.unshift(work),
    end: async () => {
      for (const work of works) await work()
    },
  }
}

export async function createWorld(
  t: TestEnd,
  extra: Environment = {},
  call: Call = callOnce,
  databaseUrlOf?: (service: ServiceName) => string,
): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop_system_'))
  const started: ServiceProcess[] = []
  t.after(async () => {
    await Promise.all(started.map((process) => process.kill()))
    rmSync(dataDir, { recursive: true, force: true })
  })

  const [authPort, productPort, orderPort] = [await freePort(), await freePort(), await freePort()]
  const adminPassword = randomBytes(18).toString('base64url')
  const environment: Environment = {
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    SERVICE_SECRET: randomBytes(32).toString('hex'),
    ADMIN_USERNAME: 'admin',
    ADMIN_PASSWORD: adminPassword,
    AUTH_URL: `http://127.0.0.1:${authPort}`,
    PRODUCT_URL: `http://127.0.0.1:${productPort}`,
    ORDER_URL: `http://127.0.0.1:${orderPort}`,
    ...extra,
  }
  const create = (service: ServiceName, port: number, more: Environment = {}, from?: 'sources') => {
    const DATABASE_URL = databaseUrlOf?.(service) ?? `sqlite:${storePath(dataDir, service)}`
    const process = createServiceProcess(service, port, { ...environment, DATABASE_URL, ...more }, from)
    started.push(process)
    return process
  }
  const auth = create('auth_service', authPort)
  const products = create('product_service', productPort)
  const orders = create('order_service', orderPort)
  await Promise.all([auth.start(), products.start(), orders.start()])
  const admin = await signIn(auth.url, 'admin', adminPassword)
  await Promise.all([products, orders].map((process) => ready(process, admin)))

  const placeAt = (buyer: Account, attempt: Attempt) =>
    place(attempt.at?.url ?? orders.url, buyer, attempt, { call })
  const order = async (reader: Account, id: string) =>
    expectStatus(await call<Order>('GET', `${orders.url}/orders/${id}`, { token: reader.token }), 200)

  const settled = (reader: Account, id: string) =>
    until(`order ${id} is settled`, SETTLE_MS, async () => {
      const found = await order(reader, id)
      return !UNSETTLED.includes(found.status) && found
    })

  return {
    dataDir,
    auth,
    products,
    orders,
    admin,
    call,
    async addProcess(service, more, from) {
      const process = create(service, await freePort(), more, from)
      await process.start()
      await ready(process, admin)
      return process
    },
    buyers: (count) => signUp(auth.url, count),
    async addProduct({ stock, price = '19.99', name = 'Kettle', description = 'Boils water', ...details }) {
      const body = { name, description, price, stock, ...details }
      const answer = await call<Product>('POST', `${products.url}/products`, { token: admin.token, body })
      return expectStatus(answer, 201)
    },
    async product(id) {
      return expectStatus(await call<Product>('GET', `${products.url}/products/${id}`), 200)
    },
    place: placeAt,
    async bought(buyer, attempt) {
      const { id } = expectStatus(await placeAt(buyer, attempt), 201, 202)
      const found = await settled(buyer, id)
      if (found.status !== 'confirmed') throw new Error(`Order ${id} is ${found.status}, not confirmed`)
      return found
    },
    order,
    settled,
    move: (account, id, body, at = orders) =>
      call<Order>('PUT', `${at.url}/orders/${id}`, { token: account.token, body }),
  }
}

export const UNSETTLED: readonly string[] = ['pending', 'cancelling']

export const storePath = (dataDir: string, service: ServiceName) => join(dataDir, `${service}.db`)

/** A new idempotency key. */
export const newKey = () => randomUUID()

/** The cost of the lines, as the decimal string of the API. */
export const priceOf = (lines: readonly Line[]): string =>
  totalOf(lines.map(({ product, quantity }) => ({ unitPrice: product.price, quantity })))

/** One `POST /orders` at `url`, never repeated. */
export function place(
  url: string,
  buyer: Account,
  attempt: Attempt,
  { call = callOnce, deadlineMs }: { call?: Call; deadlineMs?: number } = {},
): Promise<Answer<Order>> {
  const { lines, total = priceOf(lines), key, headers } = attempt
  const [first, ...others] = lines.map(({ product, quantity }) => ({ product_id: product.id, quantity }))
  const request: Request = {
    token: buyer.token,
    body:
      others.length === 0
        ? { ...first, total_price: total }
        : { lines: [first, ...others], total_price: total },
    ...(key === undefined ? {} : { key }),
    ...(headers === undefined ? {} : { headers }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  }
  return call<Order>('POST', `${url}/orders`, request)
}

/** Ready, and able to check tokens: the keys of auth_service are fetched in the background. */
async function ready({ service, url }: ServiceProcess, { token }: Account): Promise<void> {
  const forAdmins: Readonly<Record<ServiceName, string>> = {
    auth_service: '/users',
    product_service: `/products/${randomUUIDv7()}/stock_movements`,
    notification_service: '/events?limit=1',
    payment_service: '/audit/payments?limit=1',
    order_service: '/orders?limit=1',
  }
  await until(`${service} is ready`, SETTLE_MS, async () => {
    const probes = await Promise.all([
      callOnce('GET', `${url}/readyz`),
      callOnce('GET', url + forAdmins[service], { token }),
    ])
    return probes.every(({ status }) => status !== 503)
  })
}

/** New accounts at the auth_service behind `authUrl`, signed in. */
export async function signUp(authUrl: string, count: number): Promise<Account[]> {
  const names = Array.from({ length: count }, () => `buyer_${randomBytes(6).toString('hex')}`)
  const accounts: Account[] = []
  while (names.length > 0) {
    const some = names.splice(0, SIGN_UPS_AT_ONCE)
    accounts.push(...(await Promise.all(some.map((name) => register(authUrl, name)))))
  }
  return accounts
}

async function register(authUrl: string, username: string): Promise<Account> {
  const body = { username, password: randomBytes(18).toString('base64url') }
  expectStatus(await callOnce('POST', `${authUrl}/register`, { body }), 201)
  return signIn(authUrl, username, body.password)
}

type Session = { access_token: string; user: { id: string } }

export async function signIn(authUrl: string, username: string, password: string): Promise<Account> {
  const { access_token: token, user } = await until(`${username} is signed in`, SETTLE_MS, async () => {
    const answer = await callOnce<Session>('POST', `${authUrl}/login`, {
      body: { username, password },
    }).catch((error: unknown) => {
      if (error instanceof NoAnswer) return undefined
      throw error
    })
    return answer && answer.status !== 503 && expectStatus(answer, 200)
  })
  return { id: user.id, username, token }
}
