import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createWorkQueues } from '../../src/crypto/work_queues.ts'
import type { HashQueue } from '../../src/domain/crypto_ports.ts'

/** Work that the test ends by hand, by name. */
function manual(options: { atOnce: number; waitingMax: number }) {
  const queues = createWorkQueues(options)
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
    queues,
    started,
    end,
    /** Resolves the name, or the code of the refusal. */
    add: (name: string, queue: HashQueue = 'login', owner = 'ada', signal?: AbortSignal) =>
      queues.run({ queue, owner, signal }, work(name)).catch((error) => error.code as string),
    endAll: async () => {
      while (ends.length > 0) await end()
    },
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`)

suite('a queue in front of expensive work', () => {
  test('runs `atOnce` tasks, queues the others in order, and refuses those beyond the queue', async () => {
    const { queues, started, add, end, endAll } = manual({ atOnce: 2, waitingMax: 2 })
    const results = ['1', '2', '3', '4'].map((name) => add(name))
    assert.equal(await add('5'), 'overloaded')
    assert.deepEqual([started, queues.running(), queues.waiting()], [['1', '2'], 2, 2])
    await end()
    assert.deepEqual([started, queues.running(), queues.waiting()], [['1', '2', '3'], 2, 1])
    await endAll()
    assert.deepEqual(await Promise.all(results), ['1', '2', '3', '4'])
    assert.deepEqual([queues.running(), queues.waiting()], [0, 0])
  })

  test('work that fails frees its slot', async () => {
    const queues = createWorkQueues({ atOnce: 1, waitingMax: 9 })
    const ticket = { queue: 'login', owner: 'ada' } as const
    await assert.rejects(
      queues.run(ticket, () => Promise.reject(new Error('no'))),
      /no/,
    )
    assert.equal(await queues.run(ticket, async () => 'next'), 'next')
    assert.equal(queues.running(), 0)
  })

  test('with a queue of 0 the first task beyond `atOnce` is refused', async () => {
    const { add, end } = manual({ atOnce: 1, waitingMax: 0 })
    const running = add('1')
    assert.equal(await add('2'), 'overloaded')
    await end()
    assert.equal(await running, '1')
  })
})

suite('1 and 2: three queues', () => {
  test('a full queue does not block another', async () => {
    const { queues, add } = manual({ atOnce: 1, waitingMax: 3 })
    add('running', 'registration')
    for (const name of names('new', 9)) add(name, 'registration')
    assert.equal(queues.waiting(), 3)
    for (const queue of ['login', 'known'] as const) for (const name of names(queue, 3)) add(name, queue)
    await settled()
    assert.equal(queues.waiting(), 9)
  })

  test('known callers go before all who waited longer, except for the share of those', async () => {
    const { started, add, endAll } = manual({ atOnce: 1, waitingMax: 20 })
    add('running')
    for (const name of names('new', 20)) add(name, 'registration')
    for (const name of names('login', 20)) add(name, 'login')
    for (const name of names('known', 12)) add(name, 'known')
    await endAll()
    const position = (name: string) => started.indexOf(name)
    assert.equal(started.length, 53)
    assert.ok(position('known11') <= 16, 'three slots of four are theirs')
    assert.ok(
      position('login0') < position('known11') && position('new0') < position('known11'),
      'others have a share',
    )
    assert.ok(position('login19') < position('new10'), 'then other logins')
    assert.ok(position('new1') < position('login19'), 'beside which new accounts are made')
  })
})

suite('3: owners take turns', () => {
  test('a task waits for one task of each other owner, not for all of them', async () => {
    const { started, add, endAll } = manual({ atOnce: 1, waitingMax: 20 })
    add('running')
    for (const name of names('mallory', 9)) add(name, 'login', 'mallory')
    add('ada', 'login', 'ada')
    add('bob', 'login', 'bob')
    await endAll()
    assert.deepEqual(started.slice(0, 5), ['running', 'mallory0', 'ada', 'bob', 'mallory1'])
  })

  test('in a full queue a new task displaces the last task of the owner with the most', async () => {
    const { queues, started, add, endAll } = manual({ atOnce: 1, waitingMax: 4 })
    add('running')
    const theirs = names('mallory', 4).map((name) => add(name, 'login', 'mallory'))
    const ada = names('ada', 2).map((name) => add(name, 'login', 'ada'))
    assert.equal(
      await add('ada2', 'login', 'ada'),
      'overloaded',
      'with equally many, the new task is refused',
    )
    assert.equal(queues.waiting(), 4)
    await endAll()
    assert.deepEqual(await Promise.all(theirs), ['mallory0', 'mallory1', 'overloaded', 'overloaded'])
    assert.deepEqual(await Promise.all(ada), ['ada0', 'ada1'])
    assert.equal(started.length, 5)
  })
})

suite('4: a caller that disconnects', () => {
  test('leaves the queue at once, and its work never starts', async () => {
    const { queues, started, add, endAll } = manual({ atOnce: 1, waitingMax: 2 })
    const disconnect = new AbortController()
    add('running')
    const left = add('left', 'login', 'ada', disconnect.signal)
    const stays = add('stays', 'login', 'ada')
    assert.equal(await add('beyond', 'login', 'ada'), 'overloaded')
    disconnect.abort()
    assert.equal(await left, 'overloaded')
    assert.equal(queues.waiting(), 1)
    const next = add('next', 'login', 'ada')
    await endAll()
    assert.deepEqual([await stays, await next], ['stays', 'next'])
    assert.deepEqual(started, ['running', 'stays', 'next'])
  })

  test('before queueing, or at the moment of its turn, starts nothing and holds no slot', async () => {
    const { queues, started, add } = manual({ atOnce: 1, waitingMax: 2 })
    assert.equal(await add('gone', 'login', 'ada', AbortSignal.abort()), 'overloaded')
    const disconnect = new AbortController()
    const first = Promise.withResolvers<void>()
    const ended = queues.run({ queue: 'login', owner: 'ada' }, () => first.promise)
    ended.then(() => disconnect.abort())
    const left = add('left', 'login', 'ada', disconnect.signal)
    first.resolve()
    assert.equal(await left, 'overloaded')
    assert.deepEqual([started, queues.running(), queues.waiting()], [[], 0, 0])
  })
})
