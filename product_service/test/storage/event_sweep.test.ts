import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSweep, FULL_PASS_EVERY, SHORT_PASS, SWEEP_STEP } from '../../src/storage/event_sweep.ts'

const COUNT = (SHORT_PASS + 2) * SWEEP_STEP

function world(published: (position: number) => number | null, isMarked = false) {
  const marked: number[] = []
  let reads = 0
  const sweep = createSweep<number>({
    last: COUNT,
    async read(before, limit) {
      reads += 1
      const count = Math.min(limit, before)
      return Array.from({ length: count }, (_, i) => before - 1 - i).map((position) => ({
        ...{ position, number: 2, isMarked },
        published: published(position),
      }))
    },
    mark: async (positions) => void marked.push(...positions),
  })
  const pass = async () => {
    reads = 0
    while (await sweep());
    return reads
  }
  return { marked, pass }
}

test('the first pass reads all products, the next ones the newest, and after a day all again', async () => {
  const { pass } = world(() => 2)
  const all = SHORT_PASS + 3
  assert.equal(await pass(), all)
  for (let i = 1; i < FULL_PASS_EVERY; i++) assert.equal(await pass(), SHORT_PASS)
  assert.equal(await pass(), all)
})

test('it marks what was published and has changed since without a mark, and nothing else', async () => {
  const late = world((position) => (position % 1_000 === 0 ? 1 : position % 2 === 0 ? 2 : null))
  await late.pass()
  assert.deepEqual(late.marked, [5_000, 4_000, 3_000, 2_000, 1_000, 0])
  const marked = world(() => 1, true)
  await marked.pass()
  assert.deepEqual(marked.marked, [])
})
