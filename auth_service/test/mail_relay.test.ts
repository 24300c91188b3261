import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { suite, test } from 'node:test'
import { createServiceClient } from '@shop/service_kit/calls/service_client'
import { createServiceTokens, createServiceTokenVerifier } from '@shop/service_kit/identity/service_tokens'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import pino from 'pino'
import {
  CALL_DEADLINE_MS,
  createNotificationClient,
  NOTIFICATION_SERVICE,
} from '../src/clients/notification_client.ts'
import type { MailKind, SentMail } from '../src/domain/contact_ports.ts'
import { MAIL_LIFE_MS, newMail } from '../src/domain/mails.ts'
import { BATCH_MAX, CLAIM_MS, deliverDue, RETRY } from '../src/mail_delivery.ts'
import { createMailRelay } from '../src/mail_relay.ts'
import { LOOK_MS, outboxFailures } from '../src/outbox_relay.ts'
import { createWorld, PASSWORD, type Scope, tokenOf, type World } from './support.ts'

const failures = outboxFailures(createMetrics('auth_service'))
const SECRET = 'a secret of the services that has 32 bytes'

type Answers = (
  mails: readonly SentMail[],
  call: number,
) => { status: number; headers?: Record<string, string> }

/** Speaks the contract of notification_service: mails by id, with our service token. */
async function notificationService(t: Scope, answer: Answers = () => ({ status: 200 })) {
  const received = new Map<string, SentMail>()
  const verify = createServiceTokenVerifier([SECRET], NOTIFICATION_SERVICE, systemRuntime.now)
  let calls = 0
  const server = createServer(async (request, response) => {
    await verify(request.headers.authorization?.slice('Bearer '.length) ?? '')
    const { mails } = (await json(request)) as { mails: SentMail[] }
    const { status, headers } = answer(mails, ++calls)
    if (status === 200 || status === 0) for (const mail of mails) received.set(mail.id, mail)
    if (status === 0) return void request.socket.destroy()
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify({ results: mails.map(({ id }) => ({ id, result: 'accepted' })) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const token = createServiceTokens(SECRET, 'auth_service', NOTIFICATION_SERVICE, systemRuntime.now)
  const service = createServiceClient({
    ...{ url, tokens: [token], runtime: systemRuntime },
    tracing: { call: (_name, call) => call(undefined) },
  })
  t.after(() => service.close())
  const client = createNotificationClient(service)
  return { received, client, calls: () => calls }
}

const ask = (world: World, name = 'ada') => world.call('POST', '/password_resets', { body: { name } })

async function worldOf(t: Scope, answer?: Answers) {
  const world = await createWorld(t)
  const { access_token } = await world.join('ada')
  await world.proveEmail(access_token, 'ada@example.com')
  const service = await notificationService(t, answer)
  const deliver = () => deliverDue({ ...world.ports, client: service.client, random: () => 0.5 })
  const ada = async () => (await world.stores.users.findByName('ada'))!.id
  return { ...world, ...service, deliver, ada }
}

suite('handing mails over', () => {
  test('a mail that was asked for arrives, and nothing of it is kept', async (t) => {
    const world = await worldOf(t)
    await ask(world)
    assert.deepEqual(await world.deliver(), { claimed: 1, accepted: 1 })
    const [mail] = [...world.received.values()]
    assert.deepEqual([mail?.to, mail?.kind, mail?.language], ['ada@example.com', 'password_reset', 'en'])
    assert.equal(tokenOf(mail).length, 43)
    world.clock.pass(CLAIM_MS)
    assert.deepEqual(await world.deliver(), { claimed: 0, accepted: 0 })
  })

  test('3: a mail that was made for a mailbox is not sent when that is another account’s by now', async (t) => {
    const world = await worldOf(t, () => ({ status: 503 }))
    const ada = await world.tryLogin('ada')
    await ask(world, 'ada@example.com')
    assert.equal((await world.deliver()).accepted, 0)
    await world.proveEmail(ada.body.access_token, 'new@example.com')
    const eve = await world.join('eve')
    await world.proveEmail(eve.access_token, 'ada@example.com')
    world.clock.pass(RETRY.maxMs)
    const sent: SentMail[] = []
    const client = async (mails: readonly SentMail[]) => {
      sent.push(...mails)
      return { outcome: 'accepted' as const }
    }
    await deliverDue({ ...world.ports, client, random: () => 0.5 })
    assert.deepEqual(
      sent.filter(({ kind }) => kind === 'password_reset'),
      [],
    )
  })

  test('1: after a lost answer it is sent again, with the same id and the same link', async (t) => {
    // The client repeats a call once.
    const world = await worldOf(t, (_mails, call) => ({ status: call <= 2 ? 0 : 200 }))
    await ask(world)
    assert.equal((await world.deliver()).accepted, 0)
    const [first] = [...world.received.values()]
    world.clock.pass(RETRY.firstMs)
    assert.equal((await world.deliver()).accepted, 1)
    assert.deepEqual([...world.received.values()], [first])
  })

  test('1: a process that dies after it claimed a mail loses nothing', async (t) => {
    const world = await worldOf(t)
    await ask(world)
    await world.stores.mails.claim(world.clock.now(), new Date(world.clock.now().getTime() + CLAIM_MS), 9)
    assert.equal((await world.deliver()).claimed, 0)
    world.clock.pass(CLAIM_MS)
    assert.equal((await world.deliver()).accepted, 1)
  })

  test('3: a mail that is refused is dropped, and the others arrive', async (t) => {
    const isBad = ({ kind }: SentMail) => kind === 'new_sign_in'
    const world = await worldOf(t, (mails) => ({ status: mails.some(isBad) ? 400 : 200 }))
    const account = await world.stores.users.findByName('ada')
    await world.stores.mails.add(newMail(world.ports, { kind: 'new_sign_in', userId: account!.id }))
    await ask(world)
    const round = await world.deliver()
    assert.deepEqual([round.claimed, round.accepted], [2, 1])
    assert.match(round.trouble!, /refused/)
    world.clock.pass(CLAIM_MS)
    assert.equal((await world.deliver()).claimed, 0)
  })

  test('4: the pauses double, and Retry-After is obeyed; a reset mail is given up with its link', async (t) => {
    const world = await worldOf(t, (_mails, call) =>
      call === 1 ? { status: 503, headers: { 'retry-after': '60' } } : { status: 500 },
    )
    await ask(world)
    const { trouble } = await world.deliver()
    assert.match(trouble!, /answered 503/)
    world.clock.pass(60_000)
    assert.equal((await world.deliver()).claimed, 0)
    const gaps: number[] = []
    for (let waited = 1_000; world.clock.now() && gaps.length < 6; waited += 1_000) {
      world.clock.pass(1_000)
      if ((await world.deliver()).claimed === 0) continue
      gaps.push(waited)
      waited = 0
    }
    assert.deepEqual(gaps.slice(1), [2_000, 4_000, 8_000, 16_000, 32_000])
    world.clock.pass(30 * 60_000)
    const calls = world.calls()
    assert.equal((await world.deliver()).claimed, 1)
    assert.equal(world.calls(), calls)
  })

  test('4: the pauses have a longest one, also if more is asked for', async (t) => {
    const world = await worldOf(t, (_mails, call) =>
      call === 1 ? { status: 503, headers: { 'retry-after': '3600' } } : { status: 500 },
    )
    await world.stores.mails.add(newMail(world.ports, { kind: 'new_sign_in', userId: await world.ada() }))
    const gaps: number[] = []
    for (let waited = 0; gaps.length < 9; waited += 1_000, world.clock.pass(1_000)) {
      if ((await world.deliver()).claimed === 0) continue
      gaps.push(waited)
      waited = 0
    }
    // Half of the pauses, because of the random number; the one that was asked for counts in full.
    assert.equal(gaps[1], 120_000 + RETRY.firstMs / 2)
    assert.deepEqual(gaps.slice(-2), [60_000, 60_000])
  })

  test('2: a mail that a process was handing over when it died is claimed again when its claim has ended', async (t) => {
    const world = await worldOf(t)
    await ask(world)
    let calls = 0
    const client = () => {
      calls += 1
      return new Promise<never>(() => {})
    }
    deliverDue({ ...world.ports, client, random: () => 0.5 })
    while (calls === 0) await systemRuntime.sleep(5)
    world.clock.pass(CLAIM_MS - 1)
    assert.equal((await world.deliver()).claimed, 0)
    world.clock.pass(1)
    assert.equal((await world.deliver()).accepted, 1)
    assert.ok(CALL_DEADLINE_MS < CLAIM_MS, 'a claim outlives a call')
  })

  for (const kind of Object.keys(MAIL_LIFE_MS) as MailKind[])
    test(`1: ${kind}: it is sent until its time is over, and then given up`, async (t) => {
      const world = await worldOf(t)
      const userId = await world.ada()
      if (kind === 'email_verification') await world.stores.emails.set(userId, 'new@example.com')
      const address = kind === 'email_verification' ? 'new@example.com' : null
      for (const left of [1, 0]) {
        await world.stores.mails.add(newMail(world.ports, { kind, userId, address }))
        world.clock.pass(MAIL_LIFE_MS[kind] - left)
        const round = await world.deliver()
        assert.deepEqual([round.claimed, round.accepted], [1, left])
      }
      assert.deepEqual(await world.deliver(), { claimed: 0, accepted: 0 })
    })

  test('a call has a deadline', async () => {
    const calls: unknown[] = []
    const post = async <T>(...call: unknown[]) => {
      calls.push(call)
      return {} as T
    }
    assert.deepEqual(await createNotificationClient({ post })([]), { outcome: 'accepted' })
    const limits = { deadlineMs: CALL_DEADLINE_MS, repeatable: true }
    assert.deepEqual(calls, [['/internal/mails', { mails: [] }, limits]])
    assert.equal(CALL_DEADLINE_MS, 5_000)
  })

  test('a round has a limit', async (t) => {
    const world = await worldOf(t)
    for (let i = 0; i <= BATCH_MAX; i++)
      await world.stores.mails.add(newMail(world.ports, { kind: 'password_reset', name: 'ada' }))
    assert.deepEqual([(await world.deliver()).accepted, (await world.deliver()).accepted], [BATCH_MAX, 1])
  })
})

suite('the relay', () => {
  test('hands over all that wait without a pause, and then looks every LOOK_MS for what others stored', async (t) => {
    const sleeps: number[] = []
    let wake = () => {}
    const runtime = {
      random: () => 0.5,
      sleep: (ms: number, signal?: AbortSignal) => {
        sleeps.push(ms)
        return new Promise<void>((resolve) => {
          wake = resolve
          signal?.addEventListener('abort', () => resolve())
        })
      },
    }
    const { client, ports, stores, received, ada } = await worldOf(t)
    const add = async (count: number) => {
      const userId = await ada()
      for (let i = 0; i < count; i++) await stores.mails.add(newMail(ports, { kind: 'new_sign_in', userId }))
    }
    await add(BATCH_MAX + 1)
    const relay = createMailRelay({ client, runtime, failures, logger: pino({ level: 'silent' }) })
    relay.start(ports)
    while (sleeps.length === 0) await systemRuntime.sleep(5)
    assert.equal(received.size, BATCH_MAX + 1)
    await add(1)
    wake()
    while (sleeps.length === 1) await systemRuntime.sleep(5)
    assert.deepEqual([sleeps, received.size], [[LOOK_MS, LOOK_MS], BATCH_MAX + 2])
    assert.equal(LOOK_MS, 2_000)
    await relay.stop()
  })

  test('is woken by a mail, works until it is stopped, and logs no token', async (t) => {
    const lines: string[] = []
    const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    const { received, client } = await notificationService(t, (_mails, call) => ({
      status: call === 1 ? 500 : 200,
    }))
    const relay = createMailRelay({ client, runtime: systemRuntime, logger, failures })
    const world = await createWorld(t, { onMail: relay.wake, logger })
    relay.start(world.ports)
    const { access_token: token } = await world.join('ada')
    const name = () =>
      world.call('PUT', '/me/email', {
        token,
        body: { email: 'ada@example.com', current_password: PASSWORD },
      })
    assert.equal((await name()).status, 200)
    while (!lines.some((line) => line.includes('not accepted'))) await systemRuntime.sleep(5)
    world.clock.pass(RETRY.maxMs)
    relay.wake()
    while (received.size === 0) await systemRuntime.sleep(5)
    await relay.stop()
    const link = tokenOf([...received.values()][0])
    assert.equal((await world.call('POST', '/email_verifications', { body: { token: link } })).status, 204)
    assert.ok(lines.length > 0 && lines.every((line) => !line.includes(link)))
  })
})
