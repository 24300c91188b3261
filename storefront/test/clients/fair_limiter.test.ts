/** Which callers get a slot of the limiter, and which are rejected at once. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readConfig as readAuthConfig } from '../../../auth_service/src/config.ts'
import { createFairLimiter, type FairLimiter, type FairLimits } from '../../src/clients/fair_limiter.ts'
import { CALL_CLASSES, type CallClass, UPSTREAM_LIMITS } from '../../src/clients/upstream_limits.ts'

const patient = new AbortController().signal

/** Acquires slots until `who` is rejected or has `most`; resolves with the number of slots. */
async function fill(limiter: FairLimiter, who: string, most = Number.POSITIVE_INFINITY): Promise<number> {
  for (let taken = 0; taken < most; taken += 1) {
    let refused = false
    limiter.acquire(who, patient).catch(({ code }) => {
      assert.equal(code, 'overloaded')
      refused = true
    })
    // A waiting call has no answer yet; a rejected one fails at once.
    await Promise.resolve().then(() => undefined)
    if (refused) return taken
  }
  return most
}

suite('shares of the limiter', () => {
  const limits: FairLimits = { inFlightMax: 4, waitingMax: 8, shareOfFree: 1 / 3 }

  test('the more slots are taken, the fewer one caller gets; a caller without one gets one while any is free', async () => {
    const limiter = createFairLimiter('auth', limits)
    const shares = []
    for (const who of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'])
      shares.push([who, await fill(limiter, who)])
    assert.deepEqual(shares, [
      ['a', 3],
      ['b', 3],
      ['c', 2],
      ['d', 1],
      ['e', 1],
      ['f', 1],
      ['g', 1],
      ['h', 0],
      ['i', 0],
    ])
  })

  test('a slot is freed once, by a call that ends and by one that aborts while it waits', async () => {
    const limiter = createFairLimiter('auth', {
      ...limits,
      inFlightMax: 1,
      waitingMax: 2,
      shareOfFree: 1,
    })
    const leave = await limiter.acquire('a', patient)
    const leaving = new AbortController()
    const waiting = assert.rejects(limiter.acquire('b', leaving.signal), /left/)
    leaving.abort(new Error('left'))
    await waiting
    leave()
    leave()
    assert.equal(await fill(limiter, 'b'), 2)
    assert.equal(await fill(limiter, 'c'), 1)
    assert.equal(await fill(limiter, 'd'), 0)
  })
})

suite('order of the waiting calls', () => {
  const turns = async (limiter: FairLimiter, names: readonly string[], signal = patient) => {
    const leaves = new Map<string, () => void>()
    for (const name of names) {
      limiter.acquire(name, signal).then(
        (leave) => leaves.set(name, leave),
        () => {},
      )
    }
    await settled()
    return leaves
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))

  test('at most `inFlightMax` calls are in flight, and a call that ends passes its turn to the first that waits', async () => {
    const limiter = createFairLimiter('auth', { inFlightMax: 2, waitingMax: 6, shareOfFree: 1 })
    const leaves = await turns(limiter, ['a', 'b', 'c', 'd', 'e'])
    const inFlight = () => [...leaves.keys()]
    assert.deepEqual(inFlight(), ['a', 'b'])
    leaves.get('b')!()
    await settled()
    assert.deepEqual(inFlight(), ['a', 'b', 'c'])
    leaves.get('a')!()
    leaves.get('c')!()
    await settled()
    assert.deepEqual(inFlight(), ['a', 'b', 'c', 'd', 'e'])
    // d and e are in flight, so f waits until one of them ends.
    const later = await turns(limiter, ['f'])
    assert.deepEqual([...later.keys()], [])
    for (const each of ['d', 'e']) leaves.get(each)!()
    await settled()
    assert.deepEqual([...later.keys()], ['f'])
    later.get('f')!()
  })

  test('a turn that no call waits for is free again', async () => {
    const limiter = createFairLimiter('auth', { inFlightMax: 1, waitingMax: 1, shareOfFree: 1 })
    for (let i = 0; i < 5; i += 1) {
      const leaves = await turns(limiter, ['a'])
      assert.equal(leaves.size, 1, `time ${i}`)
      leaves.get('a')!()
    }
  })

  test('a call that aborts while it waits gets no turn; the next one does', async () => {
    const limiter = createFairLimiter('auth', { inFlightMax: 1, waitingMax: 6, shareOfFree: 1 })
    const leaves = await turns(limiter, ['a'])
    const leaving = new AbortController()
    await turns(limiter, ['gone'], leaving.signal)
    const next = await turns(limiter, ['b'])
    leaving.abort(new Error('left'))
    leaves.get('a')!()
    await settled()
    assert.deepEqual([...next.keys()], ['b'])
  })
})

/**
 * Of these one address may have all slots (upstream_limits.ts). Admins, who upload and export, often share one, and others are refused at
 * once, uploads where they are received, exports by the service. Events of the payment provider are counted by address before
 * (webhook_slots.test.ts).
 */
const WITHOUT_SHARES: readonly CallClass[] = ['uploads', 'exports', 'webhooks']

suite('the limits of each call class', () => {
  for (const callClass of CALL_CLASSES.filter((each) => !WITHOUT_SHARES.includes(each))) {
    const limits = UPSTREAM_LIMITS.calls[callClass]

    test(`${callClass}: one address alone cannot make others wait`, async () => {
      const limiter = createFairLimiter('auth', limits)
      const flood = await fill(limiter, 'flood')
      assert.ok(flood > 0 && flood <= limits.inFlightMax / 3 + limits.waitingMax / 3, String(flood))
      await limiter.acquire('somebody', patient)
    })

    test(`${callClass}: ten addresses with their full share leave slots for others`, async () => {
      const limiter = createFairLimiter('auth', limits)
      for (let i = 0; i < 10; i += 1) await fill(limiter, `flood ${i}`)
      assert.ok((await fill(limiter, 'somebody')) > 10)
    })
  }

  test('hashing has more slots than three replicas of auth_service let wait, and no call waits in the gateway', async () => {
    const { HASHES_AT_ONCE, HASHES_WAITING_MAX } = readAuthConfig({})
    const { inFlightMax, waitingMax } = UPSTREAM_LIMITS.calls.hashing
    assert.ok(inFlightMax > 3 * (3 * HASHES_WAITING_MAX + HASHES_AT_ONCE))
    assert.equal(waitingMax, 0)
  })

  test('hashing: one address for all visitors still reaches auth_service when a flood fills its queues', async () => {
    const { HASHES_AT_ONCE, HASHES_WAITING_MAX } = readAuthConfig({})
    const limiter = createFairLimiter('auth', UPSTREAM_LIMITS.calls.hashing)
    const flood = 2 * HASHES_WAITING_MAX + HASHES_AT_ONCE
    assert.equal(await fill(limiter, 'all', flood), flood)
    await limiter.acquire('all', patient)
  })
})
