/** Histories of the domain: the same seed is the same history, and a part of a history is a part of it. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { DOMAIN } from '../domain/level.ts'
import { PAYMENT_BUGS } from '../domain/payments/planted_bugs.ts'
import { DOMAIN_BUGS } from '../domain/planted_bugs.ts'
import { PLANTED_BUGS } from '../planted_bugs.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const SEEDS = 40
const plan = (seed: number) => ({ seed, off: [] })

suite('histories of the domain', () => {
  test('no invariant is broken', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { violation } = await DOMAIN.run(plan(seed), false)
      assert.equal(violation, undefined, `seed ${seed}`)
    }
  })

  test('the same seed gives the same hash twice, and in another process', async () => {
    const hashes = async () => {
      const found: string[] = []
      for (let seed = 1; seed <= 5; seed++) found.push((await DOMAIN.run(plan(seed), false)).hash)
      return found
    }
    const first = await hashes()
    assert.deepEqual(await hashes(), first)
    const script = `const { DOMAIN } = await import('../domain/level.ts')
      for (let seed = 1; seed <= 5; seed++) console.log((await DOMAIN.run({ seed, off: [] }, true)).hash)`
    const other = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    })
    assert.deepEqual(other.trim().split('\n'), first)
  })

  /** A history of the shop, in which two buyers take part. */
  const SHOP = 6

  test('of fewer clients, the others begin as they did', async () => {
    const firstOf = async (client: string, clients?: readonly number[]) => {
      const { entries } = await DOMAIN.run({ ...plan(SHOP), clients }, true)
      return entries.find(({ lane }) => lane === client)
    }
    const whole = await firstOf('buyer 1')
    assert.ok(whole)
    assert.deepEqual(await firstOf('buyer 1', [1]), whole)
    assert.equal(await firstOf('buyer 0', [1]), undefined)
  })

  test('the timeline has each message that is lost, late or comes twice, each failure of a store, and who stopped', async () => {
    const entryOf = {
      request_lost: /^the request to .+ is lost: /,
      answer_lost: /^the answer to .+ is lost: /,
      request_twice: /^the request to .+ comes twice: /,
      message_late: /^the request to .+ comes \d+ ms late: /,
      store_fails: /^its store fails before it is done: /,
      store_answer_lost: /^its store fails after it is done: /,
      kill_at_await: /^ends before it has the answer of its store: /,
      pause_at_await: /^stands still before it has the answer of its store: /,
      kill_at_crash_point: /^is killed at /,
      clock_wrong: /^its clock is -?\d+ ms ahead$/,
    }
    const seen = new Set<string>()
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { entries, faults } = await DOMAIN.run(plan(seed), true)
      for (const [kind, text] of Object.entries(entryOf)) {
        if (kind === 'clock_wrong' && faults.clock_jump) continue
        const count = entries.filter((entry) => text.test(entry.text)).length
        assert.equal(count, faults[kind] ?? 0, `${kind} in seed ${seed}`)
        if (count > 0) seen.add(kind)
      }
    }
    assert.deepEqual([...seen].sort(), Object.keys(entryOf).sort())
  })

  test('the timeline has each call of a service to another, in the lanes of both', async () => {
    const { entries } = await DOMAIN.run(plan(SHOP), true)
    const [, call] = entries.map(({ text }) => /^asks products .: (hold .+)/.exec(text)?.[1]).filter(Boolean)
    const lanes = entries
      .filter(({ text }) => text.endsWith(`: ${call}`))
      .map(({ lane }) => lane.slice(0, -2))
    assert.deepEqual(new Set(lanes), new Set(['orders', 'products']))
  })

  test('of fewer steps, each client begins as it did and asks less', async () => {
    const asked = async (steps?: number) => {
      const { entries } = await DOMAIN.run({ ...plan(SHOP), steps }, true)
      return entries.filter(({ lane, text }) => lane === 'buyer 1' && text.startsWith('asks'))
    }
    const [whole, one] = [await asked(), await asked(1)]
    assert.ok(one.length > 0 && one.length < whole.length)
    assert.deepEqual(one[0], whole[0])
  })
})

suite('planted bugs', () => {
  test('at least twenty are in the domain, each with a name of its own', () => {
    assert.ok(DOMAIN_BUGS.length >= 20)
    assert.equal(new Set(PLANTED_BUGS.map(({ name }) => name)).size, PLANTED_BUGS.length)
  })

  test('each invariant about money has one', () => {
    for (const invariant of ['M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'M7', 'M8', 'M10'])
      assert.ok(
        PAYMENT_BUGS.some(({ name }) => name.startsWith(`${invariant}: `)),
        invariant,
      )
  })

  for (const { name, path, from } of PLANTED_BUGS) {
    test(`${name}: its line is in the file exactly once`, () => {
      assert.equal(readFileSync(join(ROOT, path), 'utf8').split(from).length, 2)
    })
  }
})
