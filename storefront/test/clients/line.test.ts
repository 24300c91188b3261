/** Who gets the places of a line, and who is refused at once. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readAuthConfig } from '../../../auth_service/src/config.ts'
import { createLine, type Line, type LineLimits } from '../../src/clients/line.ts'
import { LANES, UPSTREAM_LIMITS } from '../../src/clients/upstream_limits.ts'

const patient = new AbortController().signal

/** Asks for places until `who` is refused, or until they are `most`; resolves how many there were. */
async function fill(line: Line, who: string, most = Number.POSITIVE_INFINITY): Promise<number> {
  for (let taken = 0; taken < most; taken += 1) {
    let refused = false
    line.enter(who, patient).catch(({ code }) => {
      assert.equal(code, 'overloaded')
      refused = true
    })
    // Who waits is told nothing yet; who is refused is told at once.
    await Promise.resolve().then(() => undefined)
    if (refused) return taken
  }
  return most
}

suite('the shares of a line', () => {
  const limits: LineLimits = { atOnce: 4, waitingMax: 8, shareOfFree: 1 / 3 }

  test('the more is taken, the less one visitor gets; who has none gets a place until there are none', async () => {
    const line = createLine('auth', limits)
    const shares = []
    for (const who of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) shares.push([who, await fill(line, who)])
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

  test('a place is given back once, by whoever leaves and by whoever left while waiting', async () => {
    const line = createLine('auth', { ...limits, atOnce: 1, waitingMax: 2, shareOfFree: 1 })
    const leave = await line.enter('a', patient)
    const leaving = new AbortController()
    const waiting = assert.rejects(line.enter('b', leaving.signal), /left/)
    leaving.abort(new Error('left'))
    await waiting
    leave()
    leave()
    assert.equal(await fill(line, 'b'), 2)
    assert.equal(await fill(line, 'c'), 1)
    assert.equal(await fill(line, 'd'), 0)
  })
})

suite('the lines there are', () => {
  for (const lane of LANES) {
    const limits = UPSTREAM_LIMITS.lanes[lane]

    test(`${lane}: one address alone keeps nobody waiting`, async () => {
      const line = createLine('auth', limits)
      const flood = await fill(line, 'flood')
      assert.ok(flood > 0 && flood <= limits.atOnce / 3 + limits.waitingMax / 3, String(flood))
      await line.enter('somebody', patient)
    })

    test(`${lane}: ten addresses with all they get leave places for others`, async () => {
      const line = createLine('auth', limits)
      for (let i = 0; i < 10; i += 1) await fill(line, `flood ${i}`)
      assert.ok((await fill(line, 'somebody')) > 10)
    })
  }

  test('hashing has room for all that three replicas of auth_service let wait, and nobody waits here', async () => {
    const { HASHES_AT_ONCE, HASHES_WAITING_MAX } = readAuthConfig({})
    const { atOnce, waitingMax } = UPSTREAM_LIMITS.lanes.hashing
    assert.ok(atOnce > 3 * (3 * HASHES_WAITING_MAX + HASHES_AT_ONCE))
    assert.equal(waitingMax, 0)
  })

  test('hashing: an address that stands for all visitors reaches auth_service, whose lines are full of a flood', async () => {
    const { HASHES_AT_ONCE, HASHES_WAITING_MAX } = readAuthConfig({})
    const line = createLine('auth', UPSTREAM_LIMITS.lanes.hashing)
    const flood = 2 * HASHES_WAITING_MAX + HASHES_AT_ONCE
    assert.equal(await fill(line, 'everybody', flood), flood)
    await line.enter('everybody', patient)
  })
})
