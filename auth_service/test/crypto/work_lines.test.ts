import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createWorkLines } from '../../src/crypto/work_lines.ts'
import type { HashLine } from '../../src/domain/crypto_ports.ts'

/** Work that ends when told to, by name. */
function manual(options: { atOnce: number; waitingMax: number }) {
  const lines = createWorkLines(options)
  const ends: (() => void)[] = []
  const started: string[] = []
  const work = (name: string) => () =>
    new Promise<string>((resolve) => {
      started.push(name)
      ends.push(() => resolve(name))
    })
  const end = async () => {
    ends.shift()?.()
    await settled()
  }
  return {
    lines,
    started,
    end,
    /** Resolves its name, or the code it was refused with. */
    add: (name: string, line: HashLine = 'login', who = 'ada', signal?: AbortSignal) =>
      lines.run({ line, who, signal }, work(name)).catch((error) => error.code as string),
    endAll: async () => {
      while (ends.length > 0) await end()
    },
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`)

suite('a line in front of expensive work', () => {
  test('runs so many at once, the others in order, and refuses what is beyond the line', async () => {
    const { lines, started, add, end, endAll } = manual({ atOnce: 2, waitingMax: 2 })
    const results = ['1', '2', '3', '4'].map((name) => add(name))
    assert.equal(await add('5'), 'overloaded')
    assert.deepEqual([started, lines.running(), lines.waiting()], [['1', '2'], 2, 2])
    await end()
    assert.deepEqual([started, lines.running(), lines.waiting()], [['1', '2', '3'], 2, 1])
    await endAll()
    assert.deepEqual(await Promise.all(results), ['1', '2', '3', '4'])
    assert.deepEqual([lines.running(), lines.waiting()], [0, 0])
  })

  test('work that fails leaves its place', async () => {
    const lines = createWorkLines({ atOnce: 1, waitingMax: 9 })
    const place = { line: 'login', who: 'ada' } as const
    await assert.rejects(
      lines.run(place, () => Promise.reject(new Error('no'))),
      /no/,
    )
    assert.equal(await lines.run(place, async () => 'next'), 'next')
    assert.equal(lines.running(), 0)
  })

  test('without a line the first too many is refused', async () => {
    const { add, end } = manual({ atOnce: 1, waitingMax: 0 })
    const running = add('1')
    assert.equal(await add('2'), 'overloaded')
    await end()
    assert.equal(await running, '1')
  })
})

suite('1 and 2: three lines', () => {
  test('a full one keeps nobody out of another', async () => {
    const { lines, add } = manual({ atOnce: 1, waitingMax: 3 })
    add('running', 'registration')
    for (const name of names('new', 9)) add(name, 'registration')
    assert.equal(lines.waiting(), 3)
    for (const line of ['login', 'known'] as const) for (const name of names(line, 3)) add(name, line)
    await settled()
    assert.equal(lines.waiting(), 9)
  })

  test('whoever is known goes before everybody who waited longer, but for the share of those', async () => {
    const { started, add, endAll } = manual({ atOnce: 1, waitingMax: 20 })
    add('running')
    for (const name of names('new', 20)) add(name, 'registration')
    for (const name of names('login', 20)) add(name, 'login')
    for (const name of names('known', 12)) add(name, 'known')
    await endAll()
    const place = (name: string) => started.indexOf(name)
    assert.equal(started.length, 53)
    assert.ok(place('known11') <= 16, 'three places of four are theirs')
    assert.ok(place('login0') < place('known11') && place('new0') < place('known11'), 'others have a share')
    assert.ok(place('login19') < place('new10'), 'then other logins')
    assert.ok(place('new1') < place('login19'), 'beside which new accounts are made')
  })
})

suite('3: whoever asks has turns of their own', () => {
  test('one piece waits for one of each other’s, not for all of them', async () => {
    const { started, add, endAll } = manual({ atOnce: 1, waitingMax: 20 })
    add('running')
    for (const name of names('mallory', 9)) add(name, 'login', 'mallory')
    add('ada', 'login', 'ada')
    add('bob', 'login', 'bob')
    await endAll()
    assert.deepEqual(started.slice(0, 5), ['running', 'mallory0', 'ada', 'bob', 'mallory1'])
  })

  test('in a full line it displaces the last piece of whoever has most', async () => {
    const { lines, started, add, endAll } = manual({ atOnce: 1, waitingMax: 4 })
    add('running')
    const theirs = names('mallory', 4).map((name) => add(name, 'login', 'mallory'))
    const ada = names('ada', 2).map((name) => add(name, 'login', 'ada'))
    assert.equal(await add('ada2', 'login', 'ada'), 'overloaded', 'with as many, she is refused herself')
    assert.equal(lines.waiting(), 4)
    await endAll()
    assert.deepEqual(await Promise.all(theirs), ['mallory0', 'mallory1', 'overloaded', 'overloaded'])
    assert.deepEqual(await Promise.all(ada), ['ada0', 'ada1'])
    assert.equal(started.length, 5)
  })
})

suite('4: whoever leaves', () => {
  test('leaves the line at once, and the work is never begun', async () => {
    const { lines, started, add, endAll } = manual({ atOnce: 1, waitingMax: 2 })
    const leaving = new AbortController()
    add('running')
    const left = add('left', 'login', 'ada', leaving.signal)
    const stays = add('stays', 'login', 'ada')
    assert.equal(await add('beyond', 'login', 'ada'), 'overloaded')
    leaving.abort()
    assert.equal(await left, 'overloaded')
    assert.equal(lines.waiting(), 1)
    const next = add('next', 'login', 'ada')
    await endAll()
    assert.deepEqual([await stays, await next], ['stays', 'next'])
    assert.deepEqual(started, ['running', 'stays', 'next'])
  })

  test('before standing in line, or in the moment of its turn, begins nothing and keeps no place', async () => {
    const { lines, started, add } = manual({ atOnce: 1, waitingMax: 2 })
    assert.equal(await add('gone', 'login', 'ada', AbortSignal.abort()), 'overloaded')
    const leaving = new AbortController()
    const first = Promise.withResolvers<void>()
    const ended = lines.run({ line: 'login', who: 'ada' }, () => first.promise)
    ended.then(() => leaving.abort())
    const left = add('left', 'login', 'ada', leaving.signal)
    first.resolve()
    assert.equal(await left, 'overloaded')
    assert.deepEqual([started, lines.running(), lines.waiting()], [[], 0, 0])
  })
})
