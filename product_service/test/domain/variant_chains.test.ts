import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { numbersFrom } from '@shop/service_kit/test_support/seeded_runtime'
import { createVariantChains } from '../../src/domain/catalogue/variant_chains.ts'

const membersOf = (chains: ReturnType<typeof createVariantChains>, group: number): Set<number> => {
  const found: number[] = []
  chains.each(group, (variant) => found.push(variant))
  assert.equal(new Set(found).size, found.length, 'each once')
  return new Set(found)
}

suite('variants of groups', () => {
  for (const [place, gone] of [
    ['first', 3],
    ['middle', 2],
    ['last', 1],
  ] as const) {
    test(`without the ${place} of a chain the others stay`, () => {
      const chains = createVariantChains()
      for (const variant of [1, 2, 3]) chains.add(0, variant)
      chains.remove(0, gone)
      assert.deepEqual(membersOf(chains, 0), new Set([1, 2, 3].filter((each) => each !== gone)))
    })
  }

  test('are as in sets, after any additions and removals, beyond the first capacity too', () => {
    const random = numbersFrom(1)
    const chains = createVariantChains()
    const sets = new Map<number, Set<number>>()
    const groupOf = new Map<number, number>()
    for (let step = 0; step < 20_000; step++) {
      const variant = Math.floor(random() * 3_000)
      const old = groupOf.get(variant)
      if (old !== undefined) {
        chains.remove(old, variant)
        sets.get(old)!.delete(variant)
        groupOf.delete(variant)
      } else {
        const group = Math.floor(random() * 40) ** 2
        chains.add(group, variant)
        sets.set(group, (sets.get(group) ?? new Set()).add(variant))
        groupOf.set(variant, group)
      }
    }
    for (const [group, members] of sets) assert.deepEqual(membersOf(chains, group), members)
    assert.deepEqual(membersOf(chains, 5_000), new Set())
  })
})
