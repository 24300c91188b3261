/** The shop for a measurement: real processes on a new data folder, an admin, buyers with tokens, and filled stores. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MEMORY_ENV } from '../scripts/plan.ts'
import { fillProducts } from './fill.ts'
import type { MongoServer } from './mongo.ts'
import { type Running, start } from './processes.ts'

export type Settings = {
  readonly seconds: number
  readonly rounds: number
  readonly connections: number
  /** The folder of the files, data and logs of this run. */
  readonly folder: string
  /** The folder for CPU profiles, if they are wanted. */
  readonly profile: string | undefined
  /** Used instead of SQLite by the rows that support it. */
  readonly mongo: MongoServer | undefined
  readonly log: (what: string) => void
}

export const PRICE_MINOR = 1999
export const PRICE = '19.99'
/** Enough that no order of a run is refused. */
const STOCK = 100_000_000
const ADMIN = { username: 'bench_admin', password: 'correct horse battery staple' }
/** Longer than any run. */
const TOKEN_SECONDS = 3_600

/** The data folder of a row. */
export const dataDirOf = ({ folder }: Settings, name: string) => join(folder, 'data', name)

export const SERVICE_SECRET = crypto.randomUUID() + crypto.randomUUID()
const mainOf = (service: string) => join(import.meta.dirname, '..', service, 'src', 'main.ts')

export function startService(
  settings: Settings,
  service: `${'auth' | 'product' | 'order' | 'payment' | 'notification'}_service`,
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  mkdirSync(dataDir, { recursive: true })
  return start({
    name: service,
    file: mainOf(service),
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: dataDir,
      DATABASE_URL: '',
      LOG_LEVEL: 'warn',
      SERVICE_SECRET,
      ...MEMORY_ENV,
      ...env,
    },
    folder: settings.folder,
    profile: settings.profile,
  })
}

export type Auth = Running & { readonly adminToken: string; readonly dataDir: string }

export async function startAuth(settings: Settings, dataDir: string): Promise<Auth> {
  const auth = await startService(settings, 'auth_service', dataDir, {
    ADMIN_USERNAME: ADMIN.username,
    ADMIN_PASSWORD: ADMIN.password,
    ACCESS_TOKEN_TTL: String(TOKEN_SECONDS),
  })
  return { ...auth, adminToken: await signIn(auth, ADMIN), dataDir }
}

/** Registers `count` accounts; resolves to their access tokens. */
export async function makeBuyers(auth: Running, count: number, name = 'buyer'): Promise<string[]> {
  const buyers = Array.from({ length: count }, (_, i) => ({
    username: `${name}_${i}`,
    password: `a password for buyer ${i}`,
  }))
  return Promise.all(
    buyers.map(async (buyer) => {
      await post(auth, '/register', buyer)
      return signIn(auth, buyer)
    }),
  )
}

async function signIn(auth: Running, credentials: typeof ADMIN): Promise<string> {
  const { access_token } = (await post(auth, '/login', credentials)) as { access_token: string }
  return access_token
}

async function post({ origin }: Running, path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status}: ${await answer.text()}`)
  return answer.json()
}

export type Catalogue = Running & { readonly productIds: readonly string[] }

/** A product service with `count` products. */
export async function startCatalogue(
  settings: Settings,
  dataDir: string,
  count: number,
  env: Readonly<Record<string, string>>,
): Promise<Catalogue> {
  const productIds = await fillProducts(
    { DATA_DIR: dataDir, DATABASE_URL: env.DATABASE_URL },
    count,
    { priceMinor: PRICE_MINOR, stock: STOCK },
    settings.log,
  )
  return { ...(await startService(settings, 'product_service', dataDir, env)), productIds }
}

export function startFloor(
  settings: Settings,
  kind: 'node' | 'fastify' | 'insert' | 'mix',
  body: string,
): Promise<Running> {
  const file = join(settings.folder, `answer-${crypto.randomUUID()}.json`)
  writeFileSync(file, body)
  return start({
    name: `floor_${kind}`,
    file: join(import.meta.dirname, 'floor.ts'),
    args: [kind, file, join(settings.folder, `floor-${crypto.randomUUID()}.db`)],
    folder: settings.folder,
  })
}

/** The body that a floor has to answer, too. */
export async function bodyOf(origin: string, path: string, init: RequestInit = {}): Promise<string> {
  const answer = await fetch(origin + path, init)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`)
  return text
}
