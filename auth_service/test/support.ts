/** A separate environment for each test: stores, a clock that the test moves, an app, and callers. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext } from 'node:test'
import type { Audited } from '@shop/service_kit/audit/entry'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import { Secret, TOTP } from 'otpauth'
import { type AccountPortsDeps, createAccountPorts } from '../src/account_ports.ts'
import { createApp, type Deps } from '../src/app.ts'
import { makeKeyPair } from '../src/crypto/signing.ts'
import type { SentMail } from '../src/domain/contact_ports.ts'
import { ensureFirstAdmin } from '../src/domain/first_admin.ts'
import type { Stores } from '../src/domain/ports.ts'
import { maintainKeys } from '../src/domain/signing_keys.ts'
import { deliverDue } from '../src/mail_delivery.ts'
import { openSqliteStores } from '../src/storage/open_stores.ts'

export const START = new Date('2026-01-02T03:04:05.678Z')
export const START_AT = START.toISOString()
export const PASSWORD = 'plum tart on tuesday'
export const DAY_MS = 24 * 60 * 60_000

/** The weakest argon2id: the same code in a thousandth of the time. */
export const WEAK = { memoryKib: 8, passes: 1, parallelism: 1 }

export const PUBLIC_URL = 'https://shop.example'

/** A test or a suite. */
export type Scope = Pick<TestContext, 'after'>

export function folder(t: Scope): string {
  const path = mkdtempSync(join(tmpdir(), 'shop-auth-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Two connections to the same data. Contract suites race one against the other. */
export type AuditedStores = Audited<Stores>
export type OpenPair = (t: Scope) => Promise<[AuditedStores, AuditedStores]>

export const inMemory: OpenPair = async (t) => {
  const stores = openSqliteStores(':memory:', { runtime: systemRuntime })
  t.after(() => stores.close())
  return [stores, stores]
}

export const onOneFile: OpenPair = async (t) => {
  const path = join(folder(t), 'auth.db')
  const pair: [AuditedStores, AuditedStores] = [
    openSqliteStores(path, { runtime: systemRuntime }),
    openSqliteStores(path, { runtime: systemRuntime }),
  ]
  t.after(() => Promise.all(pair.map((stores) => stores.close())))
  return pair
}

let seed = 0
/** A runtime whose wall clock `pass` moves, forward or back. Each has its own ids and secrets. */
export function createClock(startAt = START) {
  const runtime = createVirtualRuntime({ startAt, seed: ++seed })
  return {
    ...runtime,
    pass: (ms: number) => runtime.setNow(new Date(runtime.now().getTime() + ms)),
  }
}

/** The token in the link of a mail. */
export const tokenOf = (mail: SentMail | undefined): string =>
  new URL(mail?.values.link ?? '').hash.slice('#token='.length)

/** The code of an app that has this secret. */
export const codeAt = (secret: string, at: Date): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at.getTime() })

/** Turns the second factor on. */
export async function enrol(world: World, { access_token: token }: Pick<Tokens, 'access_token'>) {
  const made = await world.call('POST', '/me/totp', { token, body: { current_password: PASSWORD } })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const secret: string = made.body.secret
  const confirmed = await world.call('PUT', '/me/totp', {
    token,
    body: { code: codeAt(secret, world.clock.now()) },
  })
  assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body))
  return {
    secret,
    recoveryCodes: confirmed.body.recovery_codes as string[],
    code: () => codeAt(secret, world.clock.now()),
  }
}

let serial = 0
/** Ascending ids in the format of the service. */
export const newId = () => `01900000-0000-7000-8000-${String(++serial).padStart(12, '0')}`

export type Tokens = {
  access_token: string
  expires_in: number
  refresh_token: string
  user: { id: string }
}

export async function createWorld(t: Scope, given: Partial<AccountPortsDeps & Deps> = {}) {
  const clock = createClock()
  const stores = given.stores ?? (await inMemory(t))[0]
  const metrics = createMetrics('auth_service')
  const deps = {
    ...{ stores, runtime: clock, metrics, hashParameters: WEAK },
    ...{ publicUrl: PUBLIC_URL, onMail: () => {} },
    ...given,
  }
  const ports = createAccountPorts(deps)
  const app = createApp({ ...deps, ports })
  t.after(() => app.close())
  await maintainKeys({ keys: stores.keys, makeKeyPair, now: deps.runtime.now }, 30 * DAY_MS)
  await ensureFirstAdmin(ports, { username: 'root', password: PASSWORD })

  const call = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    {
      body,
      token,
      ip,
      headers = {},
    }: { body?: unknown; token?: string | undefined; ip?: string; headers?: Record<string, string> } = {},
  ) => {
    const answer = await app.inject({
      method,
      url,
      ...(body === undefined ? {} : { payload: body as object }),
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      ...(ip === undefined ? {} : { remoteAddress: ip }),
    })
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: answer.body === '' ? undefined : answer.json(),
    }
  }
  const world = {
    app,
    ports,
    stores,
    clock,
    metrics,
    call,
    register: (username: string, password = PASSWORD) =>
      call('POST', '/register', { body: { username, password } }),
    tryLogin: (username: string, password = PASSWORD, ip?: string) =>
      call('POST', '/login', { body: { username, password }, ...(ip ? { ip } : {}) }),
    async login(username: string, password = PASSWORD): Promise<Tokens> {
      const { status, body } = await world.tryLogin(username, password)
      assert.equal(status, 200, JSON.stringify(body))
      return body
    },
    /** Registers and logs in. */
    async join(username: string): Promise<Tokens> {
      const { status, body } = await world.register(username)
      assert.equal(status, 201, JSON.stringify(body))
      return world.login(username)
    },
    /** Hands over the mails that are due, and resolves them. */
    async sentMails(): Promise<SentMail[]> {
      const sent: SentMail[] = []
      const client = async (mails: readonly SentMail[]) => {
        sent.push(...mails)
        return { outcome: 'accepted' as const }
      }
      await deliverDue({ ...ports, client, random: clock.random })
      return sent
    },
    /** Names an address, and proves it. */
    async proveEmail(token: string, email: string): Promise<void> {
      const named = await call('PUT', '/me/email', { token, body: { email, current_password: PASSWORD } })
      assert.equal(named.status, 200, JSON.stringify(named.body))
      const [mail] = (await world.sentMails()).filter(({ to }) => to === email)
      const proved = await call('POST', '/email_verifications', { body: { token: tokenOf(mail) } })
      assert.equal(proved.status, 204, JSON.stringify(proved.body))
    },
    refresh: (refreshToken: string) => call('POST', '/token', { body: { refresh_token: refreshToken } }),
    async metric(name: string, labels = ''): Promise<number> {
      const text = await metrics.registry.metrics()
      const line = text.split('\n').find((each) => each.startsWith(`${name}{`) && each.includes(labels))
      return Number(line?.split(' ').at(-1) ?? 0)
    },
  }
  return world
}

/** One environment for a whole suite whose tests change nothing. Call it in the suite's body. */
export function sharedWorld(): () => World {
  const ends: (() => unknown)[] = []
  let world: World | undefined
  before(async () => {
    world = await createWorld({ after: (end) => ends.push(end as () => unknown) })
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })
  return () => {
    if (!world) throw new Error('The world is made before the first test of the suite.')
    return world
  }
}

export type World = Awaited<ReturnType<typeof createWorld>>
