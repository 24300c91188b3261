/** A page for admins reads a bounded part of the catalogue, and is continued. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { anyWords, STEP, STEPS_MAX, walkParts } from '../../src/domain/any_products.ts'
import type { PageKey } from '../../src/domain/page.ts'
import type { Product } from '../../src/domain/product.ts'
import { QUERY_WORDS_MAX } from '../../src/domain/search.ts'

suite('parts of the catalogue', () => {
  /** `count` products, named by their place, of which those of `wanted` fulfil the conditions. */
  function catalogue(count: number, wanted: (n: number) => boolean, unreadable: readonly number[] = []) {
    const seen = { turns: 0, rows: 0 }
    const placeOf = (key: PageKey | undefined, without: number) => (key ? Number(key[0]) : without)
    const list = (after: PageKey | undefined, limit: number) =>
      walkParts<number>(
        {
          end(at) {
            const end = placeOf(at, 0) + STEP
            return end > count ? undefined : [end]
          },
          matching(at, end, limit) {
            const [from, to] = [placeOf(at, 0), placeOf(end, count)]
            seen.rows += to - from
            const rows: number[] = []
            for (let n = from + 1; n <= to && rows.length < limit; n++) if (wanted(n)) rows.push(n)
            return rows
          },
          keyOf: (n) => [n],
          read: (rows) =>
            rows.filter((n) => !unreadable.includes(n)).map((n) => ({ id: String(n) }) as Product),
        },
        { after, limit },
        async () => {
          seen.turns += 1
        },
      )
    const all = async (limit: number) => {
      const found: number[] = []
      let [after, pages]: [PageKey | undefined, number] = [undefined, 0]
      do {
        const page = await list(after, limit)
        assert.ok(page.items.length <= limit)
        found.push(...page.items.map(({ id }) => Number(id)))
        after = page.next
        pages += 1
      } while (after)
      return { found, pages }
    }
    return { seen, list, all }
  }

  test('1: each fulfilling product is on one page, wherever parts and pages end', async () => {
    for (const limit of [1, 7, 100]) {
      const wanted = (n: number) => n % 500 === 0 || n === 1
      const { all } = catalogue(3 * STEP, wanted)
      assert.deepEqual((await all(limit)).found, [1, ...Array.from({ length: 12 }, (_, i) => (i + 1) * 500)])
    }
  })

  test('2: a page that finds nothing ends after STEPS_MAX parts, with a turn for each, and is continued', async () => {
    const count = STEP * STEPS_MAX + 10
    const { list, all, seen } = catalogue(count, (n) => n === count)
    const first = await list(undefined, 5)
    assert.deepEqual([first.items, first.next, seen.turns], [[], [STEP * STEPS_MAX], STEPS_MAX])
    assert.equal(seen.rows, STEP * STEPS_MAX)
    assert.deepEqual(await all(5), { found: [count], pages: 2 })
  })

  test('a full page does not read on, and one that cannot be read does not end the list', async () => {
    const { list, seen } = catalogue(10 * STEP, () => true, [2])
    const page = await list(undefined, 3)
    assert.deepEqual([page.items.map(({ id }) => id), page.next], [['1', '3', '4'], [4]])
    assert.ok(seen.rows <= 2 * STEP)
  })
})

test('the first words of a query count', () => {
  const words = anyWords(Array.from({ length: QUERY_WORDS_MAX + 5 }, (_, i) => `Wört${i}`).join('  '))
  assert.equal(words.length, QUERY_WORDS_MAX)
  assert.deepEqual(words[0], { key: 'wort0', text: 'wört0', skus: ['wört0', 'wo\u0308rt0'] })
  assert.deepEqual(anyWords(' \u0301 '), [])
})
