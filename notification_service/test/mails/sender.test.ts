import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { createVirtualRuntime } from '@shop/service_kit/test_support/virtual_runtime'
import { AT_ONCE_MAX, LEASE_MS, OF_ONE_HOST_MAX, RETRY, TRIED_MS } from '../../src/domain/mail.ts'
import { createReader, READ_MAX, readOn } from '../../src/mails/reader.ts'
import { type Message, resultOf, type SendMail, type SendOutcome } from '../../src/mails/send.ts'
import {
  createSender,
  EXPIRED,
  LOOK_EVERY_MS,
  ROUND_MS,
  type SenderOptions,
  STOP_MS,
} from '../../src/mails/sender.ts'
import { newMail } from '../mail_store_contract.ts'
import { AT, event, memoryStores } from '../samples.ts'
import { SHOP } from './samples.ts'

const after = (ms: number) => new Date(Date.parse(AT) + ms).toISOString()
const FAR = after(TRIED_MS)
const buyer = { email: 'ada@example.com', language: 'en' }

function world(
  t: TestContext,
  answer: (message: Message, attempt: number) => SendOutcome | Promise<SendOutcome>,
) {
  const runtime = createVirtualRuntime({ startAt: new Date(AT), realDefer: true })
  const stores = memoryStores(t)
  const sent: Message[] = []
  const sendMail: SendMail = async (message) => {
    sent.push(message)
    return answer(message, sent.length)
  }
  const faults: unknown[] = []
  const metrics = createMetrics('notification_service')
  const start = (more: Partial<SenderOptions> = {}) => {
    const sender = createSender({
      ...{ mails: stores.mails, sendMail, runtime, shop: SHOP },
      metrics: createMetrics('notification_service'),
      onFault: (fault) => faults.push(fault),
      ...more,
    })
    sender.start()
    return sender
  }
  const add = (id: string, more: Parameters<typeof newMail>[1] = {}) =>
    stores.mails.add([newMail(id, { expiresAt: FAR, ...more })], runtime.now().toISOString())
  /** Rounds of the sender, with what the store does between them. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += ROUND_MS) {
      await runtime.advance(Math.min(ROUND_MS, ms - passed))
      for (let i = 0; i < 5; i++) await new Promise((turn) => setTimeout(turn, 1))
    }
  }
  const overOf = async (state: 'sent' | 'dead') =>
    (await stores.mails.over(state, 99)).map(({ id }) => id).toSorted()
  return { runtime, stores, sent, faults, metrics, start, add, pass, overOf }
}

const good = (): SendOutcome => ({ outcome: 'sent' })
const hang = () => new Promise<never>(() => {})

suite('sending', () => {
  test('a mail is sent once, with a Message-ID that follows from its id (M2)', async (t) => {
    const { start, add, pass, sent, overOf, faults } = world(t, good)
    await add('order:a:1')
    const sender = start()
    await pass(2 * ROUND_MS)
    await sender.stop()
    assert.deepEqual(
      sent.map(({ to, from, messageId }) => [to, from.address, from.name, messageId]),
      [['ada@example.com', SHOP.from, SHOP.name, '<order.a.1@shop.example>']],
    )
    assert.deepEqual([await overOf('sent'), faults], [['order:a:1'], []])
  })

  test('a process that dies between sending and recording: it is sent again under the same Message-ID (M2)', async (t) => {
    const { start, add, pass, sent, overOf } = world(t, good)
    await add('a')
    const dying = start({
      reached() {
        throw new Error('killed')
      },
    })
    await pass(ROUND_MS)
    await dying.stop()
    assert.deepEqual([sent.length, await overOf('sent')], [1, []])
    start()
    await pass(LEASE_MS - 3 * ROUND_MS)
    assert.equal(sent.length, 1)
    await pass(4 * ROUND_MS)
    assert.deepEqual(
      [sent.map(({ messageId }) => messageId), await overOf('sent')],
      [['<a@shop.example>', '<a@shop.example>'], ['a']],
    )
  })

  test('after failures it is sent again, with pauses that grow; what is refused is dead, with the reason', async (t) => {
    const { start, add, pass, sent, overOf, stores } = world(t, ({ to }, attempt) =>
      to.startsWith('bad')
        ? { outcome: 'refused', reason: '550 no such mailbox' }
        : attempt < 3
          ? { outcome: 'failed', reason: '450 later' }
          : good(),
    )
    await add('a')
    const sender = start()
    await pass(RETRY.firstMs / 2 - ROUND_MS)
    assert.equal(sent.length, 1)
    await pass(3 * RETRY.firstMs + 4 * ROUND_MS)
    assert.deepEqual([sent.length, await overOf('sent')], [3, ['a']])
    await add('b', { to: 'bad@example.com' })
    sender.wake()
    await pass(ROUND_MS)
    const [dead] = await stores.mails.over('dead', 9)
    assert.deepEqual([dead!.id, dead!.reason, dead!.content], ['b', '550 no such mailbox', null])
  })

  test('the pauses have a limit, and the time for which it is tried has one', () => {
    const mail = { id: 'a', fence: 1, expiresAt: FAR }
    const failed = { outcome: 'failed', reason: 'x' } as const
    const at = (attempts: number, ms = 0) => resultOf({ ...mail, attempts }, failed, new Date(after(ms)), 1)
    assert.equal(Date.parse(at(1).dueAt) - Date.parse(AT) <= 2 * RETRY.firstMs, true)
    assert.ok(Date.parse(at(40).dueAt) - Date.parse(AT) <= RETRY.maxMs)
    assert.equal(at(40, TRIED_MS - 2 * RETRY.maxMs).state, 'pending')
    assert.deepEqual(at(40, TRIED_MS - 1), {
      id: 'a',
      fence: 1,
      state: 'dead',
      dueAt: after(TRIED_MS - 1),
      reason: 'x',
    })
  })

  test('a host that hangs leaves room for others, however many mails to it are due (M6)', async (t) => {
    const { start, pass, sent, overOf, stores } = world(t, ({ to }) =>
      to.endsWith('slow.example') ? hang() : good(),
    )
    const slow = Array.from({ length: 120 }, (_, n) =>
      newMail(`s${n}`, { to: `x${n}@slow.example`, expiresAt: FAR }),
    )
    await stores.mails.add(slow, AT)
    const fine = Array.from({ length: 30 }, (_, n) =>
      newMail(`f${n}`, { to: `x@h${n}.example`, expiresAt: FAR }),
    )
    await stores.mails.add(fine, after(1))
    start()
    await pass(12 * ROUND_MS)
    assert.equal((await overOf('sent')).length, fine.length)
    assert.equal(sent.filter(({ to }) => to.endsWith('slow.example')).length, OF_ONE_HOST_MAX)
  })

  test('a server that hangs has at most AT_ONCE_MAX attempts (M6)', async (t) => {
    const { start, pass, sent, stores } = world(t, hang)
    const mails = Array.from({ length: 30 }, (_, n) =>
      newMail(`f${n}`, { to: `x@h${n}.example`, expiresAt: FAR }),
    )
    await stores.mails.add(mails, AT)
    start()
    await pass(3 * ROUND_MS)
    assert.equal(sent.length, AT_ONCE_MAX)
  })

  test('without a server mails are kept, and expire (M7)', async (t) => {
    const { start, add, pass, overOf, stores } = world(t, good)
    await add('a', { expiresAt: after(5_000) })
    await add('b')
    start({ sendMail: undefined })
    await pass(4_000)
    assert.deepEqual([await overOf('dead'), (await stores.mails.backlog(999)).pending], [[], 2])
    await pass(2_000)
    const [dead] = await stores.mails.over('dead', 9)
    assert.deepEqual([dead!.id, dead!.reason, (await stores.mails.backlog(999)).pending], ['a', EXPIRED, 1])
  })

  test('those that expire do so by hundreds, without a pause between', async (t) => {
    const { start, pass, stores } = world(t, good)
    const expired = Array.from({ length: 150 }, (_, n) => newMail(`e${n}`, { expiresAt: AT }))
    await stores.mails.add(expired, AT)
    const counts: number[] = []
    const expire: (typeof stores.mails)['expire'] = async (...query) => {
      const count = await stores.mails.expire(...query)
      counts.push(count)
      return count
    }
    start({ sendMail: undefined, mails: { ...stores.mails, expire } })
    for (let i = 0; i < 3; i++) await pass(1)
    assert.deepEqual(counts, [100, 50])
  })

  test('the end waits for attempts, and not longer than STOP_MS', async (t) => {
    const { start, add, pass, sent } = world(t, hang)
    await add('a')
    const sender = start()
    await pass(ROUND_MS)
    assert.equal(sent.length, 1)
    let ended = false
    const stopping = sender.stop().then(() => {
      ended = true
    })
    await pass(STOP_MS - ROUND_MS)
    assert.equal(ended, false)
    await pass(2 * ROUND_MS)
    assert.equal(ended, true)
    await stopping
  })

  test('the backlog is looked at every LOOK_EVERY_MS, and counted up to ten thousand', async (t) => {
    const { start, pass, stores, faults } = world(t, good)
    let looks = 0
    const backlog = (limit: number) => {
      looks += 1
      assert.equal(limit, 10_000)
      return stores.mails.backlog(limit)
    }
    start({ mails: { ...stores.mails, backlog } })
    await pass(LOOK_EVERY_MS - 2 * ROUND_MS)
    assert.equal(looks, 1)
    await pass(4 * ROUND_MS)
    assert.equal(looks, 2)
    assert.deepEqual(faults, [])
  })

  test('a mail that cannot be written is given up, and others are sent', async (t) => {
    const { start, pass, overOf, stores } = world(t, good)
    const unwritable = { to: 'ada@example.com', values: null as never }
    await stores.mails.add([newMail('a', { content: unwritable, expiresAt: FAR })], AT)
    await stores.mails.add([newMail('b', { expiresAt: FAR })], AT)
    start()
    await pass(2 * ROUND_MS)
    assert.deepEqual([await overOf('dead'), await overOf('sent')], [['a'], ['b']])
  })

  test('what is pending, how old it is, what was sent and what was given up are measured', async (t) => {
    const metrics = createMetrics('notification_service')
    const { start, add, pass } = world(t, ({ to }) =>
      to.startsWith('bad') ? { outcome: 'refused', reason: 'no' } : { outcome: 'failed', reason: 'no' },
    )
    await add('a')
    await add('b', { to: 'bad@example.com' })
    start({ metrics })
    await pass(17 * ROUND_MS)
    const text = await metrics.registry.metrics()
    assert.match(text, /mails_pending\{[^}]*\} 1\n/)
    assert.match(text, /mails_oldest_seconds\{[^}]*\} 1\d/)
    assert.match(text, /mails_total\{[^}]*outcome="dead"[^}]*\} 1\n/)
    assert.match(text, /mails_total\{[^}]*outcome="sent"[^}]*\} 0\n/)
    assert.match(text, /mails_server\{[^}]*\} 1\n/)
  })
})

suite('mails of the log', () => {
  test('events are read once, by one of several replicas, and mailed when they are fresh', async (t) => {
    const { stores, runtime } = world(t, good)
    const old = { time: after(-48 * 3_600_000) }
    await stores.events.record(
      [
        event('order:a', 1, { data: { buyer } }),
        event('order:b', 1, { data: { buyer }, ...old }),
        event('order:c', 1),
      ],
      AT,
    )
    let woken = 0
    const onMails = () => {
      woken += 1
    }
    const deps = { ...stores, runtime, onMails }
    await Promise.all([readOn(deps), readOn(deps)])
    assert.equal(await readOn(deps), false)
    assert.deepEqual([(await stores.mails.due('2100', 9, [])).map(({ id }) => id), woken], [['order:a:1'], 1])
    assert.equal(await stores.mails.position(), 3)
  })

  test('a log that is longer than one part is read to its end; it goes on when events come', async (t) => {
    const { stores, runtime, pass } = world(t, good)
    const events = Array.from({ length: READ_MAX + 20 }, (_, n) =>
      event(`order:${n}`, 1, { data: { buyer } }),
    )
    for (let i = 0; i < events.length; i += 60) await stores.events.record(events.slice(i, i + 60), AT)
    const reader = createReader({
      ...stores,
      runtime,
      onMails: () => {},
      onFault: (fault) => assert.fail(String(fault)),
    })
    reader.start()
    await pass(ROUND_MS)
    assert.equal(await stores.mails.position(), events.length)
    assert.equal((await stores.mails.backlog(999)).pending, events.length)
    await stores.events.record([event('order:z', 1, { data: { buyer } })], AT)
    reader.wake()
    await pass(1)
    assert.equal(await stores.mails.position(), events.length + 1)
    await reader.stop()
  })
})
