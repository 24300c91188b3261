/** The virtual runtime, whose time passes only in `advance`. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { nextTurn, systemRuntime } from '../../src/runtime/runtime.ts'
import {
  createVirtualRuntime,
  letTimePass,
  untilTrue,
  withoutDeadlines,
} from '../../test_support/virtual_runtime.ts'

/** A virtual runtime, and a log of texts with their times. */
function scene() {
  const runtime = createVirtualRuntime()
  const noted: string[] = []
  return { ...runtime, runtime, noted, note: (what: string) => noted.push(`${what} ${runtime.monotonic()}`) }
}

suite('the virtual runtime', () => {
  test('1: timers fire in the order of their time, then in the order in which they were started', async () => {
    const { after, advance, defer, note, noted } = scene()
    after(20, () => note('b'))
    after(10, () => note('a'))
    after(20, () => note('c'))
    defer(() => note('at once'))
    after(21, () => note('too late'))
    assert.deepEqual(noted, [])
    await advance(20)
    assert.deepEqual(noted, ['at once 0', 'a 10', 'b 20', 'c 20'])
  })

  test('1: promises settle between two timers', async () => {
    const { after, sleep, advance, note, noted } = scene()
    sleep(5)
      .then(() => {})
      .then(() => note('slept'))
    after(5, () => note('timer'))
    await advance(5)
    assert.deepEqual(noted, ['slept 5', 'timer 5'])
  })

  test('a timer of less than 1 ms takes 1 ms, so a caller that waits for a remainder of rounding makes progress', async () => {
    const { after, advance, monotonic } = scene()
    await advance(0.65)
    const end = monotonic() + 0.1 + 0.2
    let checks = 0
    const check = () => {
      checks += 1
      if (monotonic() < end && checks < 100) after((end - monotonic()) * Number.EPSILON, check)
    }
    check()
    await advance(5)
    assert.equal(checks, 2)
  })

  test('letTimePass advances in steps until it is stopped', async () => {
    const { runtime, sleep, monotonic } = scene()
    const stop = letTimePass(runtime, 5)
    await sleep(12)
    assert.equal(monotonic(), 12)
    await stop()
    const at = monotonic()
    assert.equal(at % 5, 0)
    await nextTurn(systemRuntime)
    assert.equal(monotonic(), at)
  })

  test('2: a timer that is started during advance fires in it, if it ends within it', async () => {
    const { runtime, sleep, advance, note, noted } = scene()
    const work = async () => {
      for (const ms of [10, 20, 30]) {
        await sleep(ms)
        note('slept')
      }
      await nextTurn(runtime)
      note('deferred')
    }
    work()
    await advance(30)
    assert.deepEqual(noted, ['slept 10', 'slept 30'])
    await advance(30)
    assert.deepEqual(noted, ['slept 10', 'slept 30', 'slept 60', 'deferred 60'])
  })

  test('3: the same seed gives the same numbers and ids, another seed others', () => {
    const drawn = (seed: number) => {
      const { random, randomBytes, newId } = createVirtualRuntime({ seed })
      return Array.from({ length: 3 }, () => [random(), randomBytes(20).toString('hex'), newId()])
    }
    assert.deepEqual(drawn(1), drawn(1))
    assert.notDeepEqual(drawn(1), drawn(2))
  })

  test('random numbers are distributed evenly', () => {
    const { random } = createVirtualRuntime()
    const tenths = new Array(10).fill(0)
    for (let i = 0; i < 10_000; i++) tenths[Math.floor(random() * 10)]++
    assert.ok(
      tenths.every((count) => count > 850 && count < 1150),
      `${tenths}`,
    )
  })

  test('ids are UUIDv7 of the wall clock, in the order of their creation even after the clock is set back', async () => {
    const { newId, now, setNow, advance } = scene()
    const ids = Array.from({ length: 5_000 }, newId)
    await advance(100)
    ids.push(newId())
    assert.equal(Number.parseInt(ids.at(-1)!.replace('-', '').slice(0, 12), 16), now().getTime())
    setNow(new Date(0))
    ids.push(newId())
    assert.ok(ids.every((id) => /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(id)))
    assert.deepEqual(ids, ids.toSorted())
    assert.equal(new Set(ids).size, ids.length)
  })

  test('advanceUntil fires timers until the work settles', async () => {
    const { sleep, advanceUntil, after, monotonic, waiting } = scene()
    after(10, () => {})
    after(1_000, () => {})
    const work = async () => {
      await new Promise((resolve) => setImmediate(resolve))
      await sleep(20)
      await sleep(30)
      return 'done'
    }
    assert.equal(await advanceUntil(work()), 'done')
    assert.equal(monotonic(), 50)
    assert.deepEqual(waiting(), [950])
    await assert.rejects(advanceUntil(sleep(5).then(() => Promise.reject(new Error('failed')))), /failed/)
  })

  test('untilTrue awaits real I/O, and no virtual time passes meanwhile', async () => {
    const { after, monotonic, waiting } = scene()
    after(10, () => {})
    let answered = false
    setTimeout(() => {
      answered = true
    }, 5)
    await untilTrue(() => answered)
    assert.deepEqual([monotonic(), waiting()], [0, [10]])
  })

  test('a cancelled timer does not fire, and is not in waiting()', async () => {
    const { after, advance, waiting, note, noted } = scene()
    const cancel = after(10, () => note('cancelled'))
    after(30, () => note('the other'))
    await advance(5)
    assert.deepEqual(waiting(), [5, 25])
    cancel()
    cancel()
    assert.deepEqual(waiting(), [25])
    await advance(25)
    assert.deepEqual(noted, ['the other 30'])
    assert.deepEqual(waiting(), [])
  })

  test('every repeats until it is cancelled, also by its own callback', async () => {
    const { every, advance, waiting, note, noted } = scene()
    const cancel = every(10, () => {
      note('again')
      if (noted.length === 3) cancel()
    })
    await advance(100)
    assert.deepEqual(noted, ['again 10', 'again 20', 'again 30'])
    assert.deepEqual(waiting(), [])
  })

  test('an aborted sleep rejects with the reason of its signal, and leaves no timer', async () => {
    const { sleep, waiting } = scene()
    const stop = new AbortController()
    const sleeping = sleep(1_000, stop.signal)
    const reason = new Error('enough')
    stop.abort(reason)
    await assert.rejects(sleeping, reason)
    await assert.rejects(sleep(1_000, stop.signal), reason)
    assert.deepEqual(waiting(), [])
  })

  test('a deadline aborts at its time, with a TimeoutError', async () => {
    const { deadline, advance } = scene()
    const signal = deadline(1_000)
    await advance(999)
    assert.equal(signal.aborted, false)
    await advance(1)
    assert.equal(signal.reason.name, 'TimeoutError')
  })

  test('withoutDeadlines keeps the clock, and its deadlines never pass', async () => {
    const { deadline, monotonic, advance } = withoutDeadlines(createVirtualRuntime())
    const signal = deadline(1_000)
    await advance(2_000)
    assert.deepEqual([signal.aborted, monotonic()], [false, 2_000])
  })

  test('setting the wall clock changes neither timers nor the monotonic clock', async () => {
    const { now, setNow, monotonic, after, advance, note, noted } = scene()
    after(10, () => note('timer'))
    setNow(new Date('2030-01-01T00:00:00.000Z'))
    await advance(10)
    assert.equal(now().toISOString(), '2030-01-01T00:00:00.010Z')
    assert.equal(monotonic(), 10)
    assert.deepEqual(noted, ['timer 10'])
  })

  test('advance rejects with the error of a timer, and can be called again', async () => {
    const { after, advance, monotonic, note, noted } = scene()
    after(10, () => {
      throw new Error('broken')
    })
    after(20, () => note('later'))
    await assert.rejects(advance(100), /broken/)
    assert.equal(monotonic(), 10)
    await advance(10)
    assert.deepEqual(noted, ['later 20'])
  })
})
