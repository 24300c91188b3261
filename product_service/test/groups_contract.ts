/** The contract of groups of variants. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type Group, VARIANTS_MAX } from '../src/domain/group.ts'
import type { Product, ProductFields } from '../src/domain/product.ts'
import { someMedia } from './media_contract.ts'
import { AT, type AuditedStores, add, type MakeStores, nextId, order, STAMP } from './worlds.ts'

const OPTIONS = [
  { name: 'Colour', values: ['red', 'blue'] },
  { name: 'Size', values: ['S', 'M', 'L'] },
]
const page = { after: undefined, limit: 10 }
const LATER = '2026-02-01T00:00:00.000Z'

const group = (stores: AuditedStores, more: object = {}): Promise<Group> => {
  const fields = { name: 'Shirt', description: 'Cotton', options: OPTIONS, ...more }
  return stores.groups.create({ id: nextId(), fields }, STAMP)
}

const variant = (
  stores: AuditedStores,
  groupId: string,
  optionValues: readonly string[],
  more: Partial<ProductFields> = {},
): Promise<Product> => {
  const details = { groupId, optionValues, ...more.details }
  return add(stores, { name: `Shirt ${optionValues.join(' ')}`, ...more, details })
}

const summary = ({ priceFromMinor, priceToMinor, variants, inStock }: Group) => [
  ...[priceFromMinor, priceToMinor, variants, inStock],
]

export function groupsContract(name: string, makeStores: MakeStores, { many = true } = {}) {
  suite(`groups of variants, ${name}`, () => {
    const read = async ({ groups }: AuditedStores, id: string) => summary((await groups.find(id))!)

    test('a created group is found by the other connection, and an edit changes only what was given', async (t) => {
      const [here, there] = await makeStores(t)
      const made = await group(here, { attributes: { Fit: ['slim'] } })
      assert.deepEqual(await there.groups.find(made.id), made)
      assert.deepEqual(summary(made), [null, null, 0, false])
      assert.equal(made.slug, 'shirt')
      const edited = await there.groups.edit(made.id, { name: 'Blouse' }, [1], STAMP)
      assert.deepEqual(edited, { ...made, name: 'Blouse', version: 2, editVersion: 2 })
      assert.deepEqual(await here.groups.find(made.id), edited)
      await assert.rejects(here.groups.edit(made.id, { name: 'x' }, [1], STAMP), {
        code: 'group_conflict',
        payload: { current: edited },
      })
      assert.equal((await here.groups.edit(made.id, { name: 'Blouse' }, [2], STAMP)).version, 2)
      assert.equal(await here.groups.find(nextId()), undefined)
      await assert.rejects(here.groups.edit(nextId(), {}, undefined, STAMP), { code: 'group_not_found' })
    })

    test('prices and stock of a group follow from its variants on sale', async (t) => {
      const [here, there] = await makeStores(t)
      const { id } = await group(here)
      const red = await variant(here, id, ['red', 'S'], { priceMinor: 300, stock: 1 })
      assert.deepEqual(await read(there, id), [300, 300, 1, true])
      const blue = await variant(there, id, ['blue', 'L'], { priceMinor: 500, stock: 0 })
      assert.deepEqual(await read(here, id), [300, 500, 2, true])
      const sale = order({ [red.id]: 1 }, 300)
      assert.equal((await there.stock.reserve([sale], AT))[0]!.status, 'held')
      assert.deepEqual(await read(here, id), [300, 500, 2, false])
      await here.stock.release([sale.orderId], AT)
      assert.deepEqual(await read(here, id), [300, 500, 2, true])
      await here.catalogue.edit(blue.id, { priceMinor: 200, stock: 4 }, undefined, STAMP)
      await here.catalogue.edit(red.id, { details: { draft: true } }, undefined, STAMP)
      assert.deepEqual(await read(there, id), [200, 200, 1, true])
      await here.catalogue.edit(red.id, { details: { draft: false } }, undefined, STAMP)
      await here.catalogue.remove(blue.id, undefined, STAMP)
      assert.deepEqual(await read(there, id), [300, 300, 1, true])
      await there.catalogue.edit(red.id, { details: { groupId: null, optionValues: [] } }, undefined, STAMP)
      assert.deepEqual(await read(here, id), [null, null, 0, false])
      assert.deepEqual((await here.audit.ledgerMismatches(undefined, 10)).mismatches, [])
    })

    test('sales of variants at the same time leave a true summary, and a version that grows', async (t) => {
      const [here, there] = await makeStores(t)
      const { id } = await group(here)
      const made = [await variant(here, id, ['red', 'S']), await variant(here, id, ['red', 'M'])]
      const before = (await here.groups.find(id))!.version
      const sales = made.flatMap((product) => Array.from({ length: 10 }, () => order({ [product.id]: 1 })))
      await Promise.all(sales.map((sale, i) => (i % 2 ? here : there).stock.reserve([sale], AT)))
      const after = (await there.groups.find(id))!
      assert.deepEqual(summary(after), [100, 100, 2, false])
      assert.ok(after.version > before)
    })

    test('changes of different variants at the same time leave a true summary', async (t) => {
      const [here, there] = await makeStores(t)
      for (let round = 0; round < 5; round++) {
        const { id } = await group(here)
        const [s, m] = [
          await variant(here, id, ['red', 'S'], { stock: 1 }),
          await variant(here, id, ['red', 'M'], { stock: 1 }),
        ]
        await variant(here, id, ['red', 'L'], { priceMinor: 300, stock: 0 })
        const sales = [order({ [s.id]: 1 }), order({ [m.id]: 1 })]
        await Promise.all([here.stock.reserve([sales[0]!], AT), there.stock.reserve([sales[1]!], AT)])
        assert.deepEqual(await read(here, id), [100, 300, 3, false])
        await Promise.all([
          here.catalogue.edit(s.id, { priceMinor: 200 }, undefined, STAMP),
          there.catalogue.edit(m.id, { priceMinor: 200 }, undefined, STAMP),
        ])
        assert.deepEqual(await read(there, id), [200, 300, 3, false])
      }
    })

    test('values go from one variant to another, and a product joins and changes, all at once', async (t) => {
      const [here] = await makeStores(t)
      const { catalogue, stock } = here
      const { id } = await group(here)
      const low = await variant(here, id, ['red', 'S'])
      const high = await variant(here, id, ['red', 'M'])
      const [single, other] = [await add(here), await add(here)]
      const set = (product: Product, optionValues: readonly string[], more: object = {}) =>
        catalogue.edit(product.id, { details: { optionValues, ...more } }, undefined, STAMP)
      const done = await Promise.allSettled([
        catalogue.edit(other.id, { name: 'Cup' }, undefined, STAMP),
        set(high, ['red', 'L']),
        set(low, ['red', 'M']),
        set(single, ['red', 'S'], { groupId: id }),
        stock.reserve([order({ [other.id]: 1 })], AT),
      ])
      assert.deepEqual(
        done.map(({ status }) => status),
        Array.from({ length: 5 }, () => 'fulfilled'),
      )
      assert.deepEqual(await read(here, id), [100, 100, 3, true])
    })

    test('removed groups with a time of publishing keep no other from it', async (t) => {
      const [here, there] = await makeStores(t)
      for (let i = 0; i < 3; i++) {
        const removed = await group(here, { draft: true, publishAt: LATER })
        await here.groups.remove(removed.id, undefined, STAMP)
      }
      const { id } = await group(here, { draft: true, publishAt: LATER })
      assert.deepEqual(await there.groups.due(LATER, 3), [id])
    })

    test('a variant has one value of each option, no other has the same, and none has what its group has', async (t) => {
      const [here, there] = await makeStores(t)
      const { id } = await group(here)
      const red = await variant(here, id, ['red', 'S'])
      assert.equal(red.details.slug, null)
      for (const values of [[], ['red'], ['green', 'S'], ['S', 'red'], ['red', 'S', 'x']]) {
        await assert.rejects(variant(here, id, values), { code: 'option_values_invalid' })
      }
      await assert.rejects(variant(there, id, ['red', 'S']), {
        code: 'variant_exists',
        payload: { owner: red.id },
      })
      await assert.rejects(variant(here, nextId(), ['red', 'S']), { code: 'group_not_found' })
      await assert.rejects(add(here, { details: { optionValues: ['red'] } }), {
        code: 'option_values_invalid',
      })
      for (const details of [{ slug: 'x' }, { attributes: { a: ['b'] } }]) {
        await assert.rejects(variant(here, id, ['red', 'M'], { details }), { code: 'belongs_to_group' })
      }
      await here.catalogue.remove(red.id, undefined, STAMP)
      await variant(there, id, ['red', 'S'])
    })

    test('of many variants of the same values at once, one is added', async (t) => {
      const [here, there] = await makeStores(t)
      const { id } = await group(here)
      const made = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) => variant(i % 2 ? here : there, id, ['red', 'S'])),
      )
      assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 1)
      for (const each of made)
        if (each.status === 'rejected') assert.equal(each.reason.code, 'variant_exists')
    })

    test('options that variants use stay; others change', async (t) => {
      const [here, there] = await makeStores(t)
      const { id } = await group(here)
      const red = await variant(here, id, ['red', 'S'])
      for (const options of [
        [OPTIONS[0]!],
        [OPTIONS[1]!, OPTIONS[0]!],
        [{ name: 'Colour', values: ['blue'] }, OPTIONS[1]!],
      ]) {
        await assert.rejects(there.groups.edit(id, { options }, undefined, STAMP), { code: 'option_in_use' })
      }
      const more = [{ name: 'Shade', values: ['green', 'red'] }, OPTIONS[1]!]
      assert.deepEqual((await there.groups.edit(id, { options: more }, undefined, STAMP)).options, more)
      await here.catalogue.remove(red.id, undefined, STAMP)
      assert.equal(
        (await there.groups.edit(id, { options: [OPTIONS[0]!] }, undefined, STAMP)).options.length,
        1,
      )
    })

    test('a variant that is added while its value is removed: one of the two is refused', async (t) => {
      const [here, there] = await makeStores(t)
      for (let round = 0; round < 5; round++) {
        const { id } = await group(here, { draft: true })
        const without = { options: [{ name: 'Colour', values: ['blue'] }, OPTIONS[1]!] }
        const both = await Promise.allSettled([
          variant(here, id, ['red', 'S']),
          there.groups.edit(id, without, undefined, STAMP),
        ])
        assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1)
      }
    })

    test('a draft hides its variants, also those that are added meanwhile', async (t) => {
      const [here, there] = await makeStores(t)
      const { id } = await group(here, { draft: true, publishAt: LATER })
      const red = await variant(here, id, ['red', 'S'], { name: 'Scarlet' })
      const own = await variant(here, id, ['red', 'M'], { details: { draft: true } })
      const isOnSale = async () => {
        const found = await here.catalogue.list({
          sort: 'newest',
          words: ['scarlet'],
          inStock: true,
          ...page,
        })
        const [decided] = await there.stock.reserve([order({ [red.id]: 1 })], AT)
        assert.equal(decided!.status === 'held', found.items.length === 1)
        assert.deepEqual(
          (await there.groups.variants(id, page)).items.map((each) => each.id),
          found.items.map((each) => each.id),
        )
        return found.items.length === 1
      }
      assert.equal(await isOnSale(), false)
      assert.deepEqual(await read(here, id), [null, null, 0, false])
      assert.equal(await here.groups.publish(id, AT), false)
      assert.deepEqual(await here.groups.due(LATER, 10), [id])
      assert.equal(await there.groups.publish(id, LATER), true)
      assert.equal(await there.groups.publish(id, LATER), false)
      assert.equal(await isOnSale(), true)
      assert.deepEqual(await read(here, id), [100, 100, 1, true])
      await here.groups.edit(id, { draft: true }, undefined, STAMP)
      assert.equal(await isOnSale(), false)
      assert.equal((await there.catalogue.findAny(own.id))?.details.draft, true)
    })

    test('a variant that is added while its group is published is on sale afterwards', async (t) => {
      const [here, there] = await makeStores(t)
      for (let round = 0; round < 5; round++) {
        const { id } = await group(here, { draft: true })
        const [made] = await Promise.all([
          variant(here, id, ['red', 'S']),
          there.groups.edit(id, { draft: false }, undefined, STAMP),
        ])
        assert.ok(await there.catalogue.find(made.id))
        assert.deepEqual(await read(here, id), [100, 100, 1, true])
      }
    })

    test('a group is removed with its variants; units that orders hold of them can still be shipped', async (t) => {
      const [here, there] = await makeStores(t)
      const made = await group(here)
      const red = await variant(here, made.id, ['red', 'S'])
      const held = order({ [red.id]: 1 })
      await here.stock.reserve([held], AT)
      await assert.rejects(here.groups.remove(made.id, [99], STAMP), { code: 'group_conflict' })
      await there.groups.remove(made.id, undefined, STAMP)
      assert.equal(await here.groups.find(made.id), undefined)
      assert.equal(await here.catalogue.findAny(red.id), undefined)
      await assert.rejects(here.groups.remove(made.id, undefined, STAMP), { code: 'group_not_found' })
      assert.equal((await there.stock.ship([held.orderId], AT))[0]!.status, 'shipped')
      assert.deepEqual((await here.audit.ledgerMismatches(undefined, 10)).mismatches, [])
      assert.equal((await group(there)).slug, made.slug)
    })

    test('pictures of a group and of its variants are used until they are removed', async (t) => {
      const [here, there] = await makeStores(t)
      const { records } = there.media
      const [front, red] = [someMedia(), someMedia()]
      for (const each of [front, red]) await records.addOnce(each)
      const show = ({ id }: { id: string }) => [{ id, alt: 'A shirt', focus: { x: 50, y: 50 } }]
      const { id } = await group(here, { media: show(front) })
      await variant(here, id, ['red', 'S'], { details: { media: show(red) } })
      const used = async () => (await records.list(page)).items.filter((each) => each.used).length
      assert.equal(await used(), 2)
      assert.equal((await there.groups.find(id))!.media[0]!.width, front.width)
      await there.groups.edit(id, { media: [] }, undefined, STAMP)
      assert.equal(await used(), 1)
      await there.groups.edit(id, { media: show(red) }, undefined, STAMP)
      await here.groups.remove(id, undefined, STAMP)
      assert.equal(await used(), 0)
    })

    test('groups and products share their slugs', async (t) => {
      const [here, there] = await makeStores(t)
      const made = await group(here)
      const product = await add(there, { name: 'Shirt' })
      assert.match(product.details.slug!, /^shirt-/)
      assert.deepEqual(await there.catalogue.slugOwner('shirt'), {
        kind: 'group',
        id: made.id,
        current: true,
      })
      await assert.rejects(
        there.catalogue.edit(product.id, { details: { slug: 'shirt' } }, undefined, STAMP),
        {
          code: 'slug_taken',
          payload: { owner: made.id },
        },
      )
    })

    test('lists of groups and of variants go page by page', async (t) => {
      const [here, there] = await makeStores(t)
      const made = [await group(here), await group(here), await group(here)]
      const first = await there.groups.list({ after: undefined, limit: 2 })
      assert.deepEqual(first.items, [made[2], made[1]])
      const second = await there.groups.list({ after: first.next, limit: 2 })
      assert.deepEqual([second.items, second.next], [[made[0]], undefined])
      const id = made[0]!.id
      const variants = [
        await variant(here, id, ['red', 'S']),
        await variant(here, id, ['red', 'M']),
        await variant(here, id, ['red', 'L']),
      ]
      const some = await there.groups.variants(id, { after: undefined, limit: 2 })
      assert.deepEqual(some.items, variants.slice(0, 2))
      const rest = await there.groups.variants(id, { after: some.next, limit: 2 })
      assert.deepEqual([rest.items, rest.next], [variants.slice(2), undefined])
      const any = await there.catalogue.listAny({ groupId: id }, { after: undefined, limit: 2 })
      assert.deepEqual(any.items, variants.slice(1).reverse())
      const older = await there.catalogue.listAny({ groupId: id }, { after: any.next, limit: 2 })
      assert.deepEqual([older.items, older.next], [variants.slice(0, 1), undefined])
    })

    test('what can be chosen follows from what is on sale', async (t) => {
      const [here, there] = await makeStores(t)
      const { id } = await group(here)
      const red = await variant(here, id, ['red', 'S'], { stock: 0 })
      const blue = await variant(here, id, ['blue', 'M'])
      await variant(here, id, ['blue', 'L'], { details: { draft: true } })
      const choices = (await there.groups.choices(id, ['blue', undefined]))!
      const texts = choices.options.map(({ values }) =>
        values.map(
          ({ value, exists, inStock }) => `${value}${exists ? '' : ' none'}${inStock ? '' : ' out'}`,
        ),
      )
      assert.deepEqual(texts, [
        ['red out', 'blue'],
        ['S none out', 'M', 'L none out'],
      ])
      assert.deepEqual([choices.variantId, choices.suggestedId], [null, blue.id])
      const chosen = (await there.groups.choices(id, ['red', 'S']))!
      assert.deepEqual([chosen.variantId, chosen.suggestedId], [red.id, red.id])
      assert.equal(await there.groups.choices(nextId(), []), undefined)
    })

    const skip = many ? false : 'the wire-compatible test server is too slow for a transaction of that size'
    test(`a group has at most ${VARIANTS_MAX} variants`, { skip }, async (t) => {
      const [here, there] = await makeStores(t)
      const values = (from: string, count: number) => Array.from({ length: count }, (_, i) => `${from}${i}`)
      const { id } = await group(here, {
        options: [
          { name: 'A', values: values('a', 45) },
          { name: 'B', values: values('b', 45) },
        ],
      })
      const drafts = values('a', 45)
        .flatMap((a) => values('b', 45).map((b) => [a, b]))
        .map((optionValues) => ({
          id: nextId(),
          fields: {
            name: 'Shirt',
            description: '',
            priceMinor: 100,
            stock: 1,
            details: { groupId: id, optionValues },
          },
        }))
      for (let at = 0; at < VARIANTS_MAX; at += 200) {
        await here.catalogue.importProducts(drafts.slice(at, Math.min(VARIANTS_MAX, at + 200)), STAMP)
      }
      assert.deepEqual(await read(there, id), [100, 100, VARIANTS_MAX, true])
      await assert.rejects(here.catalogue.createAll(drafts.slice(VARIANTS_MAX, VARIANTS_MAX + 1), STAMP), {
        code: 'group_is_full',
      })
      await there.groups.remove(id, undefined, STAMP)
      assert.deepEqual(await here.catalogue.findMany([drafts[0]!.id, drafts[VARIANTS_MAX - 1]!.id]), [])
    })
  })
}
