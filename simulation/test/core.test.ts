/** The core of the simulation: what its modules promise at their tops. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { suite, test } from 'node:test'
import { createFaults, OFTEN } from '../core/faults.ts'
import { runHistory, Violation } from '../core/history.ts'
import { createMachine } from '../core/machine.ts'
import { createQueue } from '../core/queue.ts'
import { createWorld } from '../core/world.ts'

const nothing = () => {}

suite('the queue of events', () => {
  test('gives them in the order of their times, and those of one time in the order of their ties', () => {
    const queue = createQueue()
    const times = [5, 1, 3, 1, 9, 3, 0, 7]
    for (const [index, at] of times.entries()) queue.push({ at, tie: times.length - index, run: nothing })
    const given = times.map(() => queue.pop()!)
    assert.deepEqual(
      given.map(({ at, tie }) => [at, tie]),
      times.map((at, index) => [at, times.length - index]).sort(([a, b], [c, d]) => a! - c! || b! - d!),
    )
    assert.equal(queue.pop(), undefined)
  })

  test('leaves out what was cancelled', () => {
    const queue = createQueue()
    const cancelled = { at: 1, tie: 0, run: nothing as (() => void) | undefined }
    queue.push(cancelled)
    queue.push({ at: 2, tie: 0, run: nothing })
    cancelled.run = undefined
    assert.equal(queue.next()?.at, 2)
  })
})

suite('the world', () => {
  const traceOf = async (seed: number) => {
    const world = createWorld(seed, true)
    const chances = world.chances('a part')
    const again = () => {
      world.note('a part', String(chances.number()))
      world.after(chances.between(0, 9), again)
    }
    again()
    await world.runUntil(100, nothing)
    return world.trace()
  }

  test('1: the same seed gives the same trace, another seed another one', async () => {
    assert.deepEqual(await traceOf(7), await traceOf(7))
    assert.notEqual((await traceOf(7)).hash, (await traceOf(8)).hash)
  })

  test('1: the time of an event is part of the trace', async () => {
    const hashAt = async (ms: number) => {
      const world = createWorld(7, false)
      world.after(ms, nothing)
      await world.runUntil(100, nothing)
      return world.trace().hash
    }
    assert.notEqual(await hashAt(5), await hashAt(6))
  })

  test('2: after an event all promises settle before the next one', async () => {
    const world = createWorld(1, false)
    const order: string[] = []
    world.after(1, async () => {
      for (let turn = 0; turn < 50; turn++) await undefined
      order.push('the promises of the first event')
    })
    world.after(1.001, () => order.push('the second event'))
    await world.runUntil(2, () => order.push('checked'))
    assert.deepEqual(order, ['the promises of the first event', 'checked', 'the second event', 'checked'])
  })

  test('3: what one part draws leaves the others as they were', () => {
    const [one, other] = [createWorld(3, false), createWorld(3, false)]
    for (let draws = 0; draws < 10; draws++) one.chances('another part').number()
    assert.equal(one.chances('a part').number(), other.chances('a part').number())
  })

  test('a cancelled timer is no event', async () => {
    const world = createWorld(1, false)
    world.after(1, () => assert.fail('it was cancelled'))()
    await world.runUntil(2, nothing)
    assert.equal(world.trace().events, 0)
  })

  test('it ends early once all is done, at the time of the last event', async () => {
    const world = createWorld(1, false)
    let count = 0
    for (const at of [1, 2, 3]) world.after(at, () => count++)
    await world.runUntil(10, nothing, () => count === 2)
    assert.deepEqual([world.time(), count], [2, 2])
  })
})

suite('a machine', () => {
  const start = () => {
    const world = createWorld(1, false)
    const machine = createMachine(world, 'a machine', 1, { aheadMs: 0 })
    const port = machine.seen({
      slow: () => world.sleep(10).then(() => 'the answer'),
    })
    return { world, machine, port }
  }

  test('1: of a killed process no timer fires, no answer arrives, and it calls nothing', async () => {
    const { world, machine, port } = start()
    const happened: unknown[] = []
    void port.slow().then((answer) => happened.push(answer))
    machine.runtime.after(10, () => happened.push('timer'))
    let calls = 0
    const counted = machine.seen({
      async call() {
        calls += 1
      },
    })
    world.after(5, () => {
      machine.kill()
      void counted.call().then(() => happened.push('called'))
    })
    await world.runUntil(100, nothing)
    assert.deepEqual([happened, calls], [[], 0])
  })

  test('2: a paused process gets what came meanwhile when it goes on, in its order', async () => {
    const { world, machine, port } = start()
    const happened: string[] = []
    void port.slow().then(() => happened.push(`answer at ${world.time()}`))
    machine.runtime.after(11, () => happened.push(`timer at ${world.time()}`))
    const cancel = machine.runtime.after(12, () => happened.push('cancelled meanwhile'))
    world.after(5, machine.pause)
    world.after(13, cancel)
    world.after(50, machine.resume)
    await world.runUntil(100, nothing)
    assert.deepEqual(happened, ['answer at 50', 'timer at 50'])
  })

  test('2: what comes while it catches up comes last', async () => {
    const { world, machine } = start()
    const happened: string[] = []
    const arrives = (what: string) => machine.deliver(() => happened.push(what))
    machine.pause()
    arrives('first')
    machine.deliver(() => {
      happened.push('second')
      arrives('fourth')
    })
    arrives('third')
    machine.resume()
    await world.runUntil(1, nothing)
    assert.deepEqual(happened, ['first', 'second', 'third', 'fourth'])
  })

  test('3: its wall clock jumps, the monotonic one does not', async () => {
    const { world, machine } = start()
    const before = [machine.runtime.now().getTime(), machine.runtime.monotonic()]
    machine.clock.aheadMs = -5_000
    await world.runUntil(10, nothing)
    assert.deepEqual(
      [machine.runtime.now().getTime() - before[0]!, machine.runtime.monotonic() - before[1]!],
      [-4_990, 10],
    )
  })

  test('two processes of one machine make different ids', () => {
    const world = createWorld(1, false)
    const [one, other] = [1, 2].map((generation) => createMachine(world, 'it', generation, { aheadMs: 0 }))
    assert.notEqual(one!.runtime.newId(), other!.runtime.newId())
  })
})

suite('faults', () => {
  const HIGHEST = { lost: 1, late: 1 }
  /** A history in which both happen often. */
  const BOTH = Array.from({ length: 100 }, (_, seed) => seed).find((seed) => {
    const { probability } = createFaults(createWorld(seed, false), HIGHEST, [])
    return probability('lost') > 0.3 && probability('late') > 0.3
  })!

  test('about half of the histories leave a kind out', () => {
    const without = Array.from({ length: 400 }, (_, seed) =>
      createFaults(createWorld(seed, false), HIGHEST, []).probability('lost'),
    ).filter((probability) => probability === 0)
    assert.ok(without.length > 150 && without.length < 250, `${without.length} of 400`)
  })

  test('a kind that is to happen often does in every history, more than in any other', () => {
    const rare = { lost: 0.1, late: 0.1 }
    for (let seed = 0; seed < 50; seed += 1) {
      const usual = createFaults(createWorld(seed, false), rare, [])
      const often = createFaults(createWorld(seed, false), rare, [], ['lost'])
      assert.equal(often.probability('lost'), OFTEN * 0.1)
      assert.equal(often.probability('late'), usual.probability('late'))
    }
    const surely = createFaults(createWorld(1, false), HIGHEST, [], ['lost'])
    assert.equal(surely.probability('lost'), 1)
  })

  test('a kind that is left out leaves the others as they were', () => {
    const happening = (off: readonly string[]) => {
      const faults = createFaults(createWorld(BOTH, false), HIGHEST, off)
      return Array.from({ length: 50 }, () => {
        faults.happens('lost')
        return faults.happens('late', 'one')
      })
    }
    assert.deepEqual(happening(['lost']), happening([]))
    assert.ok(happening([]).includes(true))
  })

  test('none happens after the end', () => {
    const faults = createFaults(createWorld(BOTH, false), HIGHEST, [])
    faults.end()
    assert.ok(!Array.from({ length: 50 }, () => faults.happens('late')).includes(true))
  })
})

suite('a history', () => {
  const run = (play: Parameters<typeof runHistory>[3]) =>
    runHistory({ seed: 1, off: [] }, false, { faults: {}, situations: ['reached'] }, play)

  test('is broken by a Violation, by any other error, and by a promise that is rejected and handled nowhere', async () => {
    const sentence = async (play: Parameters<typeof run>[0]) => (await run(play)).violation?.split('\n')[0]
    assert.equal(await sentence(async () => {}), undefined)
    assert.equal(
      await sentence(async () => {
        throw new Violation('1. Stock is -1')
      }),
      '1. Stock is -1',
    )
    assert.match(
      (await sentence(async () => {
        throw new Error('thrown')
      })) ?? '',
      /no code handled: Error: thrown/,
    )
    // The test runner also listens for such promises, so this is a process of its own.
    const script = `const { runHistory } = await import('../core/history.ts')
      const known = { faults: {}, situations: [] }
      const { violation } = await runHistory({ seed: 1, off: [] }, false, known, async ({ world }) => {
        world.after(1, () => void Promise.reject(new Error('lost')))
        await world.runUntil(2, () => {})
      })
      console.log(violation)`
    const given = ['--input-type=module', '--eval', script]
    assert.match(
      execFileSync(process.execPath, given, { cwd: import.meta.dirname, encoding: 'utf8' }),
      /no code handled: Error: lost/,
    )
  })

  test('counts its situations, and refuses one that is not in the list', async () => {
    const { situations } = await run(async ({ sometimes }) => sometimes('reached'))
    assert.deepEqual(situations, { reached: 1 })
    assert.match(
      (await run(async ({ sometimes }) => sometimes('unknown'))).violation ?? '',
      /not in the list/,
    )
  })
})
