/** Who gets the places of a line, and who is refused at once. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readConfig as readAuthConfig } from '../../../auth_service/src/config.ts'
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

suite('the order of a line', () => {
  const turns = async (line: Line, names: readonly string[], signal = patient) => {
    const leaves = new Map<string, () => void>()
    for (const name of names) {
      line.enter(name, signal).then(
        (leave) => leaves.set(name, leave),
        () => {},
      )
    }
    await settled()
    return leaves
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))

  test('so many are under way as may be, and whoever leaves gives the turn to the first that waits', async () => {
    const line = createLine('auth', { atOnce: 2, waitingMax: 6, shareOfFree: 1 })
    const leaves = await turns(line, ['a', 'b', 'c', 'd', 'e'])
    const underWay = () => [...leaves.keys()]
    assert.deepEqual(underWay(), ['a', 'b'])
    leaves.get('b')!()
    await settled()
    assert.deepEqual(underWay(), ['a', 'b', 'c'])
    leaves.get('a')!()
    leaves.get('c')!()
    await settled()
    assert.deepEqual(underWay(), ['a', 'b', 'c', 'd', 'e'])
    // Both turns are taken by d and e, so f waits until one of them leaves.
    const later = await turns(line, ['f'])
    assert.deepEqual([...later.keys()], [])
    for (const each of ['d', 'e']) leaves.get(each)!()
    await settled()
    assert.deepEqual([...later.keys()], ['f'])
    later.get('f')!()
  })

  test('a turn that nobody waits for is free, as often as it is given back', async () => {
    const line = createLine('auth', { atOnce: 1, waitingMax: 1, shareOfFree: 1 })
    for (let i = 0; i < 5; i += 1) {
      const leaves = await turns(line, ['a'])
      assert.equal(leaves.size, 1, `time ${i}`)
      leaves.get('a')!()
    }
  })

  test('who left while waiting gets no turn, which is for the next', async () => {
    const line = createLine('auth', { atOnce: 1, waitingMax: 6, shareOfFree: 1 })
    const leaves = await turns(line, ['a'])
    const leaving = new AbortController()
    await turns(line, ['gone'], leaving.signal)
    const next = await turns(line, ['b'])
    leaving.abort(new Error('left'))
    leaves.get('a')!()
    await settled()
    assert.deepEqual([...next.keys()], ['b'])
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
