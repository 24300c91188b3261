/** What every store promises of categories (src/domain/category.ts, change_category.ts). */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import {
  CATEGORY_DEPTH_MAX,
  type Category,
  faultsOf,
  idsBelow,
  NO_CATEGORIES,
} from '../src/domain/category.ts'
import type { CategoryFields } from '../src/domain/change_category.ts'
import { recorded } from './audit_log_contract.ts'
import { type AuditedStores, add, type MakeStores, nextId, STAMP } from './worlds.ts'

const create = ({ categories }: AuditedStores, name: string, fields: Partial<CategoryFields> = {}) =>
  categories.create({ id: nextId(), fields: { name, description: '', parentId: null, ...fields } }, STAMP)

/** The names of a tree, indented by level. */
const shape = async ({ categories }: AuditedStores) =>
  (await categories.tree()).categories.map(({ name, path }) => `${'-'.repeat(path.length - 1)}${name}`)

const requireSound = async ({ categories }: AuditedStores): Promise<readonly Category[]> => {
  const { categories: all } = await categories.tree()
  assert.deepEqual(faultsOf(all), [])
  return all
}

/** home (kitchen (mugs), garden), office */
async function plant(stores: AuditedStores) {
  const home = await create(stores, 'home')
  const kitchen = await create(stores, 'kitchen', { parentId: home.id })
  const mugs = await create(stores, 'mugs', { parentId: kitchen.id })
  const garden = await create(stores, 'garden', { parentId: home.id })
  const office = await create(stores, 'office')
  return { home, kitchen, mugs, garden, office }
}

export function categoriesContract(name: string, makeStores: MakeStores) {
  suite(`categories, ${name}`, () => {
    test('a shop begins without any', async (t) => {
      const [{ categories }] = await makeStores(t)
      assert.deepEqual(await categories.tree(), NO_CATEGORIES)
      assert.deepEqual(categories.known(), NO_CATEGORIES)
      assert.equal(categories.has(nextId()), false)
    })

    test('1, 3: a new one is at its place, and both connections have the same tree', async (t) => {
      const [here, there] = await makeStores(t)
      const { home, kitchen, mugs } = await plant(here)
      const porch = await create(there, 'porch', { parentId: home.id, position: 1, description: 'Outside' })
      assert.deepEqual(await shape(here), ['home', '-kitchen', '--mugs', '-porch', '-garden', 'office'])
      assert.deepEqual(await there.categories.tree(), await here.categories.tree())
      assert.deepEqual(porch, {
        ...{ id: porch.id, name: 'porch', slug: 'porch', description: 'Outside' },
        ...{ path: [home.id, porch.id], position: 1, version: 1 },
      })
      const tree = await here.categories.tree()
      assert.deepEqual([...idsBelow(tree, kitchen.id)], [kitchen.id, mugs.id])
      assert.deepEqual([...idsBelow(tree, nextId())], [])
      await requireSound(there)
    })

    test('1: a move takes along all that is below, and closes the gap', async (t) => {
      const [here, there] = await makeStores(t)
      const { home, kitchen, mugs, garden, office } = await plant(here)
      const moved = await there.categories.edit(kitchen.id, { parentId: office.id }, [1], STAMP)
      assert.deepEqual(moved, { ...kitchen, path: [office.id, kitchen.id], version: 2 })
      const all = await requireSound(here)
      assert.deepEqual(await shape(here), ['home', '-garden', 'office', '-kitchen', '--mugs'])
      const carried = all.find(({ id }) => id === mugs.id)!
      assert.deepEqual(carried, { ...mugs, path: [office.id, kitchen.id, mugs.id] }, 'its version stays')
      assert.equal(all.find(({ id }) => id === garden.id)!.position, 0)
      await here.categories.edit(office.id, { position: 0 }, undefined, STAMP)
      await here.categories.edit(home.id, { parentId: mugs.id }, undefined, STAMP)
      await here.categories.edit(kitchen.id, { parentId: null, position: 99 }, undefined, STAMP)
      assert.deepEqual(await shape(there), ['office', 'kitchen', '-mugs', '--home', '---garden'])
      await requireSound(here)
    })

    test('3: of one parent each can be at every position', async (t) => {
      const [here, there] = await makeStores(t)
      const made = []
      for (const each of ['a', 'b', 'c']) made.push(await create(here, each))
      for (const [i, position, expected] of [
        [0, 2, 'bca'],
        [0, 0, 'abc'],
        [2, 1, 'acb'],
        [1, 0, 'bac'],
      ] as const) {
        await there.categories.edit(made[i]!.id, { position }, undefined, STAMP)
        assert.equal((await shape(here)).join(''), expected)
        await requireSound(here)
      }
    })

    test('1, 2: a move below itself, and one beyond the deepest level, are refused; nothing changes', async (t) => {
      const [here] = await makeStores(t)
      const { home, kitchen, mugs, office } = await plant(here)
      const before = await here.categories.tree()
      const move = (id: string, parentId: string) => here.categories.edit(id, { parentId }, undefined, STAMP)
      for (const below of [home, kitchen, mugs]) {
        await assert.rejects(move(home.id, below.id), { code: 'category_below_itself' })
      }
      assert.deepEqual(await here.categories.tree(), before)
      const deep = await create(here, 'cups', { parentId: mugs.id })
      const deepest = await create(here, 'blue', { parentId: deep.id })
      assert.equal(deepest.path.length, CATEGORY_DEPTH_MAX)
      const tooDeep = { code: 'category_too_deep' }
      await assert.rejects(create(here, 'navy', { parentId: deepest.id }), tooDeep)
      await assert.rejects(move(home.id, office.id), tooDeep)
      await assert.rejects(move(office.id, deepest.id), tooDeep)
      await move(office.id, deep.id)
      await requireSound(here)
    })

    test('a parent that is not there is refused, and so is a change of an unknown category', async (t) => {
      const [here] = await makeStores(t)
      const { mugs } = await plant(here)
      const unknown = { code: 'category_unknown' }
      await assert.rejects(create(here, 'x', { parentId: nextId() }), unknown)
      await assert.rejects(here.categories.edit(mugs.id, { parentId: nextId() }, undefined, STAMP), unknown)
      const absent = { code: 'category_not_found' }
      await assert.rejects(here.categories.edit(nextId(), { name: 'x' }, undefined, STAMP), absent)
      await assert.rejects(here.categories.remove(nextId(), undefined, STAMP), absent)
    })

    test('7: an edit and a removal of another version are refused with the category as it is now', async (t) => {
      const [here, there] = await makeStores(t)
      const { mugs, kitchen } = await plant(here)
      const current = await here.categories.edit(mugs.id, { name: 'cups', description: 'Big' }, [1], STAMP)
      assert.deepEqual(current, { ...mugs, name: 'cups', description: 'Big', version: 2 })
      const conflict = { code: 'category_conflict', payload: { current } }
      await assert.rejects(there.categories.edit(mugs.id, { name: 'x' }, [1], STAMP), conflict)
      await assert.rejects(there.categories.remove(mugs.id, [1], STAMP), conflict)
      assert.equal((await there.categories.edit(mugs.id, { name: 'cups' }, [2], STAMP)).version, 2)
      // A move of one above it is no edit of it.
      await here.categories.edit(kitchen.id, { parentId: null }, undefined, STAMP)
      assert.equal((await there.categories.edit(mugs.id, { name: 'bowls' }, [2], STAMP)).version, 3)
    })

    test('the same values change nothing, not even the revision', async (t) => {
      const [here] = await makeStores(t)
      const { kitchen, home } = await plant(here)
      const before = await here.categories.tree()
      const same = { name: 'kitchen', description: '', parentId: home.id, position: 0, slug: 'kitchen' }
      assert.deepEqual(await here.categories.edit(kitchen.id, same, [1], STAMP), kitchen)
      const after = await here.categories.tree()
      assert.equal(after, before, 'it is the same object')
      assert.equal(here.categories.known(), before)
    })

    test('4: categories, groups and products share the slugs; one that was renamed leads to its category', async (t) => {
      const [here, there] = await makeStores(t)
      const tea = await add(here, { name: 'Tea' })
      const second = await create(here, 'Tea')
      assert.match(second.slug, /^tea-[0-9a-f]{6}$/)
      await assert.rejects(create(there, 'Teas', { slug: 'tea' }), {
        code: 'slug_taken',
        payload: { owner: tea.id },
      })
      const cups = await create(there, 'Cups')
      await assert.rejects(add(here, { details: { slug: 'cups' } }), {
        code: 'slug_taken',
        payload: { owner: cups.id },
      })
      await here.categories.edit(cups.id, { slug: 'mugs' }, [1], STAMP)
      const owner = { kind: 'category', id: cups.id }
      assert.deepEqual(await there.catalogue.slugOwner('cups'), { ...owner, current: false })
      assert.deepEqual(await there.catalogue.slugOwner('mugs'), { ...owner, current: true })
      assert.equal((await add(here, { name: 'Cups' })).details.slug, 'cups')
      await here.categories.remove(cups.id, undefined, STAMP)
      assert.equal((await create(there, 'Mugs')).slug, 'mugs')
    })

    test('one with others below it is not removed; removed, it is gone for products too', async (t) => {
      const [here, there] = await makeStores(t)
      const { kitchen, mugs, garden } = await plant(here)
      const categories = [mugs.id, garden.id]
      const tea = await add(here, { details: { categories } })
      assert.deepEqual(tea.details.categories, categories)
      await assert.rejects(here.categories.remove(kitchen.id, [1], STAMP), { code: 'category_not_empty' })
      await there.categories.remove(mugs.id, [1], STAMP)
      assert.deepEqual(await shape(here), ['home', '-kitchen', '-garden', 'office'])
      await requireSound(here)
      assert.equal(there.categories.has(mugs.id), false)
      assert.equal(here.categories.has(mugs.id), false)
      assert.equal(here.categories.has(garden.id), true)
      // No edit puts a product into it again, and any edit of the details takes it out.
      const unknown = { code: 'category_unknown' }
      await assert.rejects(here.catalogue.edit(tea.id, { details: { categories } }, [1], STAMP), unknown)
      await assert.rejects(add(there, { details: { categories } }), unknown)
      const edited = await there.catalogue.edit(tea.id, { details: { sku: 'T' } }, [1], STAMP)
      assert.deepEqual(edited.details.categories, [garden.id])
      await here.categories.remove(kitchen.id, undefined, STAMP)
    })

    test('the audit log has who added, edited, moved and removed what', async (t) => {
      const [here, there] = await makeStores(t)
      const top = await create(here, 'home')
      const { id } = await create(here, 'mugs')
      await here.categories.edit(id, { name: 'cups', parentId: top.id }, undefined, { ...STAMP, by: 'eve' })
      await here.categories.edit(id, { name: 'cups' }, undefined, STAMP)
      await here.categories.remove(id, undefined, STAMP)
      const nothing = 'parentId: null -> null'
      assert.deepEqual((await recorded(there)).slice(1), [
        [
          'root',
          'category.created',
          'mugs',
          'name: null -> mugs',
          'slug: null -> mugs',
          nothing,
          'position: null -> 1',
        ],
        ['eve', 'category.edited', 'cups', 'name: mugs -> cups'],
        ['eve', 'category.moved', 'cups', `parentId: null -> ${top.id}`, 'position: 1 -> 0'],
        ['root', 'category.deleted', 'cups'],
      ])
    })
  })
}

/** Only where transactions that overlap are real. */
export function categoryRaceContract(name: string, makeStores: MakeStores) {
  suite(`races of categories, ${name}`, () => {
    test('1: of two that move below each other at once, one moves, and no other is lost', async (t) => {
      const [here, there] = await makeStores(t)
      const [a, b] = [await create(here, 'a'), await create(here, 'b')]
      const below = [await create(here, 'c', { parentId: a.id }), await create(here, 'd', { parentId: b.id })]
      for (let round = 0; round < 5; round++) {
        const outcomes = await Promise.allSettled([
          here.categories.edit(a.id, { parentId: below[1]!.id }, undefined, STAMP),
          there.categories.edit(b.id, { parentId: below[0]!.id }, undefined, STAMP),
        ])
        const refused = outcomes.filter((each) => each.status === 'rejected')
        assert.deepEqual(
          refused.map(({ reason }) => reason.code),
          ['category_below_itself'],
        )
        assert.equal((await requireSound(here)).length, 4)
        for (const { id } of [a, b]) await here.categories.edit(id, { parentId: null }, undefined, STAMP)
      }
    })

    test('1, 3: an added category and a moved parent, and a removed parent, leave a sound tree', async (t) => {
      const [here, there] = await makeStores(t)
      for (let round = 0; round < 5; round++) {
        const [old, other] = [await create(here, `o${round}`), await create(here, `p${round}`)]
        const outcomes = await Promise.allSettled([
          create(there, `n${round}`, { parentId: old.id }),
          here.categories.edit(old.id, { parentId: other.id }, undefined, STAMP),
          here.categories.remove(other.id, undefined, STAMP),
          create(there, `m${round}`, { parentId: other.id }),
        ])
        const all = await requireSound(there)
        for (const each of outcomes) {
          if (each.status === 'fulfilled' && each.value)
            assert.ok(all.some(({ id }) => id === (each.value as Category).id))
          if (each.status === 'rejected') assert.match(each.reason.code, /^category_(unknown|not_empty)$/)
        }
      }
    })

    test('4, 7: of many edits of one version, and of many that take a slug, one is applied', async (t) => {
      const [here, there] = await makeStores(t)
      const { id } = await create(here, 'a')
      const edits = await Promise.allSettled(
        Array.from({ length: 6 }, (_, i) =>
          (i % 2 ? here : there).categories.edit(id, { name: `a${i}` }, [1], STAMP),
        ),
      )
      assert.equal(edits.filter(({ status }) => status === 'fulfilled').length, 1)
      const taken = await Promise.allSettled(
        Array.from({ length: 6 }, (_, i) =>
          i % 2 ? create(here, `b${i}`, { slug: 'b' }) : add(there, { details: { slug: 'b' } }),
        ),
      )
      assert.equal(taken.filter(({ status }) => status === 'fulfilled').length, 1)
    })
  })
}
