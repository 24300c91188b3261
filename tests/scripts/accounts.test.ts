/** `npm run accounts` beside a running auth_service, on both kinds of store. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { call, expectStatus, type Json } from '../system/calls.ts'
import { createServiceProcess } from '../system/processes.ts'
import { finish, newWorld } from './running.ts'

const PASSWORD = 'a sentence that is hard to guess'
const ADMIN = { username: 'admin', password: 'another one that is hard to guess' }

type Tokens = { access_token: string; refresh_token: string; user: { id: string } }

/** A running auth_service, and the script with the same environment. */
async function world(t: TestContext, DATABASE_URL?: string) {
  const made = await newWorld(t)
  mkdirSync(made.dataDir)
  const store: Record<string, string> = DATABASE_URL === undefined ? {} : { DATABASE_URL }
  const service = createServiceProcess('auth_service', made.ports.auth, {
    DATA_DIR: made.dataDir,
    LOG_LEVEL: 'warn',
    ADMIN_USERNAME: ADMIN.username,
    ADMIN_PASSWORD: ADMIN.password,
    ...store,
  })
  t.after(() => service.kill())
  await service.start()
  const post = <Of>(path: string, body: Json) => call<Of>('POST', `${service.url}${path}`, { body })
  const enter = (username: string, password = PASSWORD) => post<Tokens>('/login', { username, password })
  return {
    ...made,
    service,
    enter,
    register: async (username: string) =>
      expectStatus(await post<{ id: string }>('/register', { username, password: PASSWORD }), 201).id,
    refresh: (refresh_token: string) => post('/token', { refresh_token }),
    me: (token: string) => call('GET', `${service.url}/me`, { token }),
    withdrawn: async () => {
      const url = `${service.url}/.well-known/withdrawn_tokens.json`
      const { withdrawn } = expectStatus(await call<{ withdrawn: { user_id: string }[] }>('GET', url), 200)
      return withdrawn.map(({ user_id }) => user_id)
    },
    accounts: (...args: string[]) =>
      finish(t, 'accounts.ts', { ...made, env: { ...made.env, ...store } }, ...args),
  }
}

type Shop = Awaited<ReturnType<typeof world>>

/** Fails until the account is paused; resolves how often. */
async function lockOut({ enter }: Shop, username: string): Promise<number> {
  for (let failures = 0; ; failures++) if ((await enter(username, 'wrong')).status === 429) return failures
}

async function takesCareOfAccounts(shop: Shop) {
  const { accounts, enter, refresh, me, withdrawn, register } = shop
  const id = await register('Ada')
  const before = expectStatus(await enter('ada'), 200)

  // A locked-out customer.
  const failures = await lockOut(shop, 'ada')
  const shown = await accounts('--show', 'ada')
  const said = `${failures} from 1 address`
  for (const part of ['name           Ada\n', `id             ${id}\n`, 'sessions       1\n', said]) {
    assert.ok(shown.output.includes(part), shown.output)
  }
  const unlocked = await accounts('--unlock', 'ada')
  assert.ok(
    unlocked.code === 0 && unlocked.output.startsWith(`Failed logins forgotten: ${said}`),
    unlocked.output,
  )
  assert.equal((await accounts('--unlock', 'ada')).output, 'ada has no failed logins.\n')
  assert.equal(await lockOut(shop, 'ada'), failures, 'as many are free as at first')
  await accounts('--unlock', 'ada')
  expectStatus(await enter('ada'), 200)

  // A lost password.
  const reset = await accounts('--reset-password', 'ADMIN')
  const [, password = ''] = /^The new password of ADMIN is (\S+)\n/.exec(reset.output) ?? []
  assert.ok(reset.code === 0 && password.length >= 24, reset.output)
  expectStatus(await enter(ADMIN.username), 401)
  expectStatus(await enter(ADMIN.username, ADMIN.password), 401)
  expectStatus(await enter(ADMIN.username, password), 200)
  await accounts('--reset-password', 'ada')
  expectStatus(await refresh(before.refresh_token), 401)
  expectStatus(await me(before.access_token), 401)
  assert.ok((await withdrawn()).includes(id))

  // A deleted account.
  const listed = (await accounts('--list')).output
  assert.match(listed, /^customer {2}\S+Z {2}Ada\nadmin {5}\S+Z {2}admin\n$/)
  const last = await accounts('--delete', 'admin', '--confirm', 'admin')
  assert.equal(last.output, 'This is the last admin; make another user an admin first.\n')
  const done = await accounts('--delete', 'Ada', '--confirm', 'Ada')
  assert.deepEqual(
    [done.code, done.output],
    [0, 'The account Ada is deleted. Its orders remain, under its id.\n'],
  )
  assert.doesNotMatch((await accounts('--list')).output, /Ada|deleted/)
  assert.notEqual(await register('ada'), id)
  expectStatus(await enter('ada'), 200)

  for (const option of ['--show', '--unlock', '--reset-password']) {
    const { code, output } = await accounts(option, 'unknown')
    assert.deepEqual([code, output], [1, 'There is no account named unknown.\n'])
  }

  // What took effect is in the audit log, once.
  const { access_token: token } = expectStatus(await enter(ADMIN.username, password), 200)
  const log = await call<{ items: { action: string; subject: { id: string } }[] }>(
    'GET',
    `${shop.service.url}/audit/accounts?by=operator`,
    { token },
  )
  const entries = expectStatus(log, 200).items.toReversed()
  assert.deepEqual(
    entries.map(({ action, subject }) => `${action} ${subject.id === id ? 'Ada' : 'admin'}`),
    [
      'account.created admin',
      'account.unlocked Ada',
      'account.unlocked Ada',
      'account.password_reset admin',
      'account.password_reset Ada',
      'account.password_reset Ada',
      'account.deleted Ada',
    ],
  )
}

suite('npm run accounts', () => {
  test('takes care of a locked-out, a lost and a deleted account while the service runs', async (t) => {
    await takesCareOfAccounts(await world(t))
  })

  test('names the file that holds a password of before', async (t) => {
    const { accounts, dataDir, register } = await world(t)
    const file = join(dataDir, 'admin.json')
    writeFileSync(file, JSON.stringify(ADMIN))
    await register('ada')
    const [of, other] = [
      await accounts('--reset-password', 'Admin'),
      await accounts('--reset-password', 'ada'),
    ]
    assert.ok(
      of.output.endsWith(`${file} still has the earlier password: correct or remove it.\n`),
      of.output,
    )
    assert.ok(!other.output.includes(file), other.output)
  })

  test('refuses a deletion that is not confirmed, two options at once, and none', async (t) => {
    const made = await newWorld(t)
    for (const [args, says] of [
      [
        ['--delete', 'ada'],
        /^A deletion cannot be undone\. To delete ada, repeat the name: npm run accounts -- --delete ada --confirm ada\n$/,
      ],
      [['--delete', 'ada', '--confirm', 'adam'], /^A deletion cannot be undone/],
      [['--unlock', 'ada', '--confirm', 'ada'], /^--confirm is only for --delete/],
      [['--unlock', 'ada', '--show', 'ada'], /^Choose one of/],
      [[], /^Choose one of/],
      [['--list'], /^There is no .*auth\.db\. Set DATA_DIR/],
    ] as const) {
      const { code, output } = await finish(t, 'accounts.ts', made, ...args)
      assert.match(output, says)
      assert.equal(code, 1)
    }
  })
})

mongoSuite('npm run accounts on MongoDB', (server) => {
  test('takes care of a locked-out, a lost and a deleted account while the service runs', async (t) => {
    await takesCareOfAccounts(await world(t, server.url(server.newDatabase())))
  })
})
