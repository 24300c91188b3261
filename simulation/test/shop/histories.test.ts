/** Whole services under a seed: the same seed is the same history, on any machine, and a fault of it is found. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { LEVELS, SUITE } from '../../levels.ts'
import { PLANTED_BUGS } from '../../planted_bugs.ts'

const SEEDS = [1, 2, 3]
/** Histories with a deployment. */
const DEPLOYED = [3, 4, 5]
/** SQLite second: it needs another node:sqlite, also after services were loaded. */
const NAMES = ['mongo', 'sqlite']
/** Turns of the event loop. A full collection takes as long as many turns. */
const COLLECT_EACH = 1_000

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

suite('histories of whole services', () => {
  for (const name of NAMES) {
    test(`${name}: no invariant is broken, and garbage collected at other moments changes nothing`, async () => {
      const level = await LEVELS[name]!()
      await level.run({ seed: 0, off: [] }, false)
      for (const seed of SEEDS) {
        const plan = { seed, off: [] }
        const outcome = await level.run(plan, false)
        assert.equal(outcome.violation, undefined)
        const collecting = setImmediateEach(collectGarbage)
        const again = await level.run(plan, false)
        collecting()
        assert.equal(again.hash, outcome.hash, `seed ${seed}`)
      }
    })

    test(`${name}: another process plays the same history`, async () => {
      const level = await LEVELS[name]!()
      await level.run({ seed: 0, off: [] }, false)
      const { hash } = await level.run({ seed: 2, off: [] }, false)
      const main = join(import.meta.dirname, '..', '..', 'main.ts')
      const printed = execFileSync(process.execPath, [main, '--level', name, '--seed', '2'], {
        encoding: 'utf8',
      })
      assert.match(printed, new RegExp(`trace ${hash}\n`))
    })

    test(`${name}: fewer clients take part, and each ends after its steps`, async () => {
      const level = await LEVELS[name]!()
      const { entries } = await level.run({ seed: 2, off: level.faults, clients: [2], steps: 1 }, true)
      const lanes = new Set(entries.filter(({ at }) => at > 0).map(({ lane }) => lane))
      assert.ok(lanes.has('buyer-1'))
      assert.ok(!lanes.has('buyer-2') && !lanes.has('admin-1'))
    })
  }

  test('every deployment is counted among the faults', async () => {
    const level = await LEVELS.sqlite!()
    const counts = { begun: 0, counted: 0 }
    for (const seed of DEPLOYED) {
      const { entries, faults } = await level.run({ seed, off: [], clients: [] }, true)
      counts.begun += entries.filter(({ lane, text }) => lane === 'a deployment' && text === 'begins').length
      counts.counted += faults['a deployment'] ?? 0
    }
    assert.deepEqual(counts, { begun: DEPLOYED.length, counted: DEPLOYED.length })
  })

  test('a kind of fault that is left out does not happen', async () => {
    const level = await LEVELS.sqlite!()
    const { faults } = await level.run({ seed: 2, off: level.faults }, false)
    assert.deepEqual(faults, {})
  })
})

suite('the suite', () => {
  test('has histories of every level', () => assert.deepEqual(Object.keys(SUITE), Object.keys(LEVELS)))

  test('has at least thirty planted bugs, and some sixty situations, each with a name of its own', async () => {
    const names = PLANTED_BUGS.map(({ name }) => name)
    assert.ok(names.length >= 30)
    assert.equal(new Set(names).size, names.length)
    const levels = await Promise.all(Object.values(LEVELS).map((load) => load()))
    const situations = new Set(levels.flatMap((level) => level.situations))
    assert.ok(situations.size >= 60, String(situations.size))
  })
})

/** Calls it in one turn of the event loop of COLLECT_EACH, until the result is called. */
function setImmediateEach(run: () => void): () => void {
  let turns = 0
  let stopped = false
  const again = () => {
    if (stopped) return
    if (++turns % COLLECT_EACH === 0) run()
    setImmediate(again)
  }
  setImmediate(again)
  return () => {
    stopped = true
  }
}
