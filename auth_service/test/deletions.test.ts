/** Notifying order_service of deleted accounts (src/deletion_delivery.ts). That order_service takes it: tests/erased_accounts.test.ts. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import pino from 'pino'
import { CALL_DEADLINE_MS, createOrderClient } from '../src/clients/order_client.ts'
import { BATCH_MAX, CLAIM_MS, RETRY, sendDeletions } from '../src/deletion_delivery.ts'
import { startDeletionRelay } from '../src/deletion_relay.ts'
import { OPERATOR } from '../src/domain/author.ts'
import { LOOK_MS, outboxFailures } from '../src/outbox_relay.ts'
import { createWorld, PASSWORD, type Scope } from './support.ts'
import { account } from './user_store_contract.ts'

async function worldOf(t: Scope) {
  const world = await createWorld(t)
  const sent: (readonly string[])[] = []
  let answer: () => Promise<void> = async () => {}
  const client = async (ids: readonly string[]) => {
    sent.push(ids)
    await answer()
  }
  const ports = { deletions: world.stores.deletions, client, now: world.clock.now, random: () => 0.5 }
  return {
    ...{ ...world, sent, client, notify: () => sendDeletions(ports) },
    answers: (next: () => Promise<void>) => {
      answer = next
    },
    erase: async (count: number) => {
      for (let i = 0; i < count; i++) {
        const { id, ...rest } = account(`user_${i}`)
        await world.stores.users.add({ id, ...rest })
        await world.stores.users.erase(id, world.clock.now, OPERATOR)
      }
    },
  }
}
const isDown = () => Promise.reject(new Error('it is down'))

suite('notifying of deleted accounts', () => {
  test('1: who deletes an account is answered at once; order_service is notified until it has acknowledged it', async (t) => {
    const world = await worldOf(t)
    const { access_token: token, user } = await world.join('ada')
    world.answers(isDown)
    const body = { current_password: PASSWORD }
    assert.equal((await world.call('DELETE', '/me', { token, body })).status, 204)
    assert.deepEqual(await world.notify(), { claimed: 1, accepted: 0, trouble: 'it is down' })
    world.answers(async () => {})
    world.clock.pass(RETRY.firstMs)
    assert.deepEqual(await world.notify(), { claimed: 1, accepted: 1 })
    world.clock.pass(RETRY.maxMs)
    assert.deepEqual(await world.notify(), { claimed: 0, accepted: 0 })
    assert.deepEqual(world.sent, [[user.id], [user.id]])
  })

  test('2: one that a process was sending when it died is sent again when its claim has ended', async (t) => {
    const world = await worldOf(t)
    await world.erase(1)
    world.answers(() => new Promise(() => {}))
    world.notify()
    while (world.sent.length === 0) await new Promise(setImmediate)
    world.answers(async () => {})
    world.clock.pass(CLAIM_MS - 1)
    assert.equal((await world.notify()).claimed, 0)
    world.clock.pass(1)
    assert.equal((await world.notify()).accepted, 1)
  })

  // Half of the pauses, because of the random number.
  test('3: the pauses double up to the longest', async (t) => {
    const world = await worldOf(t)
    await world.erase(1)
    world.answers(isDown)
    const gaps: number[] = []
    for (let waited = 0; gaps.length < 11; waited += 1_000, world.clock.pass(1_000)) {
      if ((await world.notify()).claimed === 0) continue
      gaps.push(waited)
      waited = 0
    }
    assert.deepEqual(
      gaps.slice(1),
      [1, 2, 4, 8, 16, 32, 64, 128, 150, 150].map((s) => s * 1_000),
    )
  })

  test('a round has a limit, and so has a call', async (t) => {
    const world = await worldOf(t)
    await world.erase(BATCH_MAX + 1)
    assert.deepEqual([(await world.notify()).accepted, (await world.notify()).accepted], [BATCH_MAX, 1])
    const calls: unknown[] = []
    const post = async <T>(...call: unknown[]) => {
      calls.push(call)
      return {} as T
    }
    await createOrderClient({ post })(['a'])
    const limits = { deadlineMs: CALL_DEADLINE_MS, repeatable: true }
    assert.deepEqual(calls, [['/internal/erasures', { user_ids: ['a'] }, limits]])
    assert.ok(CALL_DEADLINE_MS < CLAIM_MS, 'a claim outlives a call')
  })

  test('the relay sends all that wait without a pause, then looks again and again until it is stopped', async (t) => {
    const world = await worldOf(t)
    await world.erase(BATCH_MAX + 1)
    const sleeps: number[] = []
    let wake = () => {}
    const runtime = {
      sleep: (ms: number, signal?: AbortSignal) => {
        sleeps.push(ms)
        return new Promise<void>((resolve) => {
          wake = resolve
          signal?.addEventListener('abort', () => resolve())
        })
      },
    }
    const { stores, client, clock } = world
    const ports = { deletions: stores.deletions, client, now: clock.now, random: () => 0.5 }
    const failures = outboxFailures(createMetrics('auth_service'))
    const relay = startDeletionRelay(ports, { runtime, failures, logger: pino({ level: 'silent' }) })
    while (sleeps.length === 0) await new Promise(setImmediate)
    assert.deepEqual(
      world.sent.map((ids) => ids.length),
      [BATCH_MAX, 1],
    )
    const late = account('late')
    await stores.users.add(late)
    await stores.users.erase(late.id, clock.now, OPERATOR)
    wake()
    while (sleeps.length === 1) await new Promise(setImmediate)
    assert.deepEqual([sleeps, world.sent.at(-1)], [[LOOK_MS, LOOK_MS], [late.id]])
    assert.deepEqual((await failures.get()).values, [])
    world.answers(() => Promise.reject(new Error('it is down')))
    const last = account('last')
    await stores.users.add(last)
    await stores.users.erase(last.id, clock.now, OPERATOR)
    wake()
    while (sleeps.length === 2) await new Promise(setImmediate)
    assert.deepEqual((await failures.get()).values, [{ labels: { what: 'deleted accounts' }, value: 1 }])
    await relay.stop()
  })
})
