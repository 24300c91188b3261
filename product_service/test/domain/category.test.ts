/** The tree of categories: its limits, and that any sequence of changes leaves a sound one. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import {
  CATEGORIES_MAX,
  CATEGORY_DEPTH_MAX,
  type Category,
  type CategoryTree,
  faultsOf,
  idsBelow,
  inTreeOrder,
  NO_CATEGORIES,
  parentOf,
  validateStoredCategory,
} from '../../src/domain/category.ts'
import { addCategory, differences, editCategory, removeCategory } from '../../src/domain/change_category.ts'
import type { DomainError } from '../../src/domain/errors.ts'

const FREE = { slugOwner: () => undefined }
const fields = (name: string, parentId: string | null = null) => ({ name, description: '', parentId })
const add = (tree: CategoryTree, id: string, parentId: string | null = null) =>
  addCategory(tree, id, { ...fields(id, parentId), slug: id }, FREE).tree

suite('the tree of categories', () => {
  test('2: it has at most CATEGORIES_MAX categories', () => {
    const full = Array.from({ length: CATEGORIES_MAX }, (_, position): Category => {
      const id = `c${position}`
      return { id, name: id, slug: id, description: '', path: [id], position, version: 1 }
    })
    const tree = { revision: 1, categories: full.slice(1).map((each, position) => ({ ...each, position })) }
    const { tree: now } = addCategory(tree, 'c0', fields('c0'), FREE)
    assert.equal(now.categories.length, CATEGORIES_MAX)
    assert.throws(() => addCategory(now, 'one more', fields('x'), FREE), { code: 'categories_full' })
  })

  test('1, 2, 3: after any changes it is sound, and none is lost but those that were removed', () => {
    const index = fc.nat(99)
    const change = fc.oneof(
      fc.record({ is: fc.constant('add' as const), parent: index, position: fc.option(fc.nat(4)) }),
      fc.record({
        is: fc.constant('move' as const),
        of: index,
        parent: index,
        position: fc.option(fc.nat(4)),
      }),
      fc.record({ is: fc.constant('remove' as const), of: index }),
    )
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        let tree = NO_CATEGORIES
        const there = new Set<string>()
        for (const [i, each] of changes.entries()) {
          const before = tree
          // One of those that are there; as a parent, also the top.
          const one = (at: number) => before.categories[at % before.categories.length]?.id ?? ''
          const parent = (at: number) => before.categories[at % (before.categories.length + 1)]?.id ?? null
          const place = 'position' in each && each.position !== null ? { position: each.position } : {}
          try {
            if (each.is === 'add') {
              const draft = { ...fields(`n${i}`, parent(each.parent)), slug: `n${i}`, ...place }
              tree = addCategory(tree, `n${i}`, draft, FREE).tree
              there.add(`n${i}`)
            } else if (each.is === 'move') {
              const to = { parentId: parent(each.parent), ...place }
              tree = editCategory(tree, one(each.of), to, undefined, FREE).tree
            } else {
              tree = removeCategory(tree, one(each.of), undefined).tree
              there.delete(one(each.of))
            }
          } catch (error) {
            assert.match(
              (error as DomainError).code,
              /^category_(not_found|too_deep|below_itself|not_empty)$/,
            )
          }
          assert.deepEqual(faultsOf(tree.categories), [])
          assert.deepEqual(new Set(tree.categories.map(({ id }) => id)), there)
          assert.deepEqual(tree.categories, inTreeOrder(tree.categories.toReversed()))
          // What a store writes makes the tree from the one before.
          const { written, removed } = differences(before, tree)
          const stored = new Map(before.categories.map((category) => [category.id, category]))
          for (const category of written) stored.set(category.id, category)
          for (const id of removed) stored.delete(id)
          assert.deepEqual(inTreeOrder([...stored.values()]), tree.categories)
        }
      }),
    )
  })

  test('the ids of a category and of those below it', () => {
    const tree = ['b', 'c'].reduce((so, id) => add(so, id, 'a'), add(add(NO_CATEGORIES, 'a'), 'x'))
    const deeper = add(tree, 'd', 'b')
    assert.deepEqual([...idsBelow(deeper, 'a')], ['a', 'b', 'd', 'c'])
    assert.deepEqual([...idsBelow(deeper, 'd')], ['d'])
    assert.deepEqual([...idsBelow(deeper, 'y')], [])
  })

  test('what was changed from outside is named', () => {
    let tree = add(NO_CATEGORIES, 'a')
    for (const id of ['b', 'c', 'd', 'e']) tree = add(tree, id, tree.categories.at(-1)!.id)
    const damaged = (id: string, change: Partial<Category>) =>
      faultsOf(tree.categories.map((each) => (each.id === id ? { ...each, ...change } : each)))
    assert.deepEqual(damaged('a', {}), [])
    assert.deepEqual(damaged('e', { path: ['a', 'e'] }), ['those below a have the positions 0, 0'])
    assert.deepEqual(damaged('c', { path: ['x', 'c'] }), [
      'c is not below a category that is there',
      'd is not below a category that is there',
    ])
    const lost = tree.categories.map((each) => (each.id === 'c' ? { ...each, path: ['x', 'c'] } : each))
    const kept = { revision: 1, categories: inTreeOrder(lost) }
    assert.deepEqual(
      kept.categories.map(({ id }) => id),
      ['a', 'b', 'c', 'd', 'e'],
    )
    const repaired = editCategory(kept, 'c', { parentId: null }, undefined, FREE).tree
    assert.deepEqual(repaired.categories.find(({ id }) => id === 'c')!.path, ['c'])
    assert.deepEqual(damaged('e', { position: 1 }), ['those below d have the positions 1'])
    assert.deepEqual(damaged('e', { slug: 'a' }), ['two have one slug'])
    const deep = {
      ...tree.categories.at(-1)!,
      id: 'f',
      path: [...tree.categories.at(-1)!.path, 'f'],
      slug: 'f',
    }
    assert.equal(deep.path.length, CATEGORY_DEPTH_MAX + 1)
    assert.deepEqual(faultsOf([...tree.categories, deep]), ['f is too deep'])
  })

  test('a stored category has all fields, and the last of its path is its id', () => {
    const good = add(NO_CATEGORIES, 'a').categories[0]!
    assert.deepEqual(validateStoredCategory(good), good)
    assert.equal(parentOf(good), null)
    for (const wrong of [
      { path: ['b'] },
      { path: [] },
      { path: 'a' },
      { name: 1 },
      { position: -1 },
      { version: 0.5 },
    ])
      assert.throws(() => validateStoredCategory({ ...good, ...wrong }), /not those of a category/)
  })
})
