/** What every store of unpublished products promises (src/domain/unpublished.ts). */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { EVENT_KINDS, type EventKind } from '../src/domain/unpublished.ts'
import { AT, type AuditedStores, add, nextId, order, STAMP } from './worlds.ts'

export type PublishingStores = {
  readonly stores: AuditedStores
  /** Makes the product as a release without events left it. */
  forget(id: string): Promise<void>
  /** Changes its name as a release without events does. */
  editAsBefore(id: string): Promise<void>
  corrupt(id: string): Promise<void>
}

const NOW = '2026-03-01T12:00:00.000Z'
const LATER = '2026-03-01T12:05:00.000Z'

export function unpublishedContract(name: string, make: (t: TestContext) => Promise<PublishingStores>): void {
  suite(`${name}: unpublished products`, () => {
    const open = async (t: TestContext) => {
      const world = await make(t)
      const { stores } = world
      const sources = {
        product: stores.unpublished('product'),
        stock: stores.unpublished('stock'),
      }
      const ids: string[] = []
      const listed = async (kind: EventKind, now = NOW, limit = 100) =>
        (await sources[kind].list(now, limit)).map(
          ({ id, number, published }) => `${ids.indexOf(id)} ${published}/${number}`,
        )
      const publish = async (kind: EventKind, limit = 100) => {
        const found = await sources[kind].list(NOW, limit)
        await sources[kind].markPublished(found)
        return found.map(({ id }) => ids.indexOf(id))
      }
      return {
        ...{ ...world, sources, listed, publish },
        async add(fields = {}) {
          const { id } = await add(stores, fields)
          ids.push(id)
          return id
        },
        async publishAll() {
          for (const kind of EVENT_KINDS) await publish(kind)
        },
        both: async () => [await listed('product'), await listed('stock')],
        edit: (id: string, fields: object) => stores.catalogue.edit(id, fields, undefined, STAMP),
        sell: (id: string) => stores.stock.reserve([order({ [id]: 1 })], AT),
        async sweepAll() {
          for (const kind of EVENT_KINDS) while (await sources[kind].sweep());
        },
      }
    }

    test('a product is listed until its edit and its stock are published; a sale concerns the stock alone', async (t) => {
      const { add, both, publishAll, sell, edit, sources } = await open(t)
      const id = await add()
      assert.deepEqual(await both(), [['0 0/1'], ['0 0/1']])
      const [found] = await sources.product.list(NOW, 1)
      assert.deepEqual([found!.product().name, found!.updatedAt], ['Tea', AT])
      await publishAll()
      assert.deepEqual(await both(), [[], []])
      await sell(id)
      assert.deepEqual(await both(), [[], ['0 1/2']])
      await publishAll()
      await edit(id, { name: 'Green tea' })
      assert.deepEqual(await both(), [['0 1/3'], ['0 2/3']])
      await publishAll()
      assert.deepEqual(await both(), [[], []])
    })

    test('a sale while the stock is published stays listed', async (t) => {
      const { add, sell, sources, listed } = await open(t)
      const id = await add()
      const [read] = await sources.stock.list(NOW, 1)
      await sell(id)
      await sources.stock.markPublished([read!])
      assert.match((await listed('stock')).join(), /^0 [01]\/2$/)
    })

    test('what was published is not unpublished by a late repetition', async (t) => {
      const { add, sell, sources, listed, publishAll } = await open(t)
      const id = await add()
      const early = await sources.stock.list(NOW, 1)
      await sell(id)
      await publishAll()
      await sources.stock.markPublished(early)
      assert.deepEqual(await listed('stock'), [])
    })

    test('the list goes on after those that were published last, and begins again', async (t) => {
      const { add, sell, publish, publishAll } = await open(t)
      const all = [await add(), await add(), await add(), await add()]
      await publishAll()
      const sellAll = async () => {
        for (const id of all) await sell(id)
      }
      await sellAll()
      assert.deepEqual(await publish('stock', 2), [0, 1])
      await sellAll()
      assert.deepEqual(await publish('stock', 3), [2, 3, 0])
      assert.deepEqual(await publish('stock', 3), [1])
    })

    test('a postponed one is listed when its time has come, or after its next change', async (t) => {
      const { add, listed, sources, publish } = await open(t)
      const ids = [await add(), await add()]
      await sources.stock.postpone([ids[0]!], LATER)
      assert.deepEqual(await listed('stock'), ['1 0/1'])
      assert.equal((await listed('product')).length, 2)
      assert.deepEqual((await listed('stock', LATER)).toSorted(), ['0 0/1', '1 0/1'])
      assert.deepEqual(await sources.stock.backlog(), { count: 2, oldestAt: AT })
      await publish('stock')
      await sources.stock.markPublished([{ id: ids[0]!, number: 1 }])
      assert.deepEqual(await sources.stock.backlog(), { count: 0, oldestAt: undefined })
      assert.deepEqual(await listed('stock', LATER), [])
    })

    test('nothing is listed of a draft until it is on sale, nor of one that was removed before', async (t) => {
      const { add, both, edit, stores, publishAll } = await open(t)
      const id = await add({ details: { draft: true } })
      const never = await add({ details: { draft: true } })
      await edit(id, { name: 'Secret', stock: 3 })
      await stores.catalogue.remove(never, undefined, STAMP)
      assert.deepEqual(await both(), [[], []])
      await edit(id, { details: { draft: false } })
      assert.deepEqual(await both(), [['0 0/3'], ['0 0/3']])
      await publishAll()
      await edit(id, { details: { draft: true } })
      assert.deepEqual(await both(), [['0 3/4'], ['0 3/4']])
      await publishAll()
      assert.deepEqual(await both(), [[], []])
    })

    test('a removal, and the variants of a group that is hidden, are listed', async (t) => {
      const { add, both, stores, publishAll } = await open(t)
      const { groups, catalogue } = stores
      const fields = { name: 'Mug', description: '', options: [{ name: 'Size', values: ['S', 'L'] }] }
      const group = await groups.create({ id: nextId(), fields }, STAMP)
      const removed = await add()
      await add({ details: { groupId: group.id, optionValues: ['S'] } })
      await publishAll()
      await catalogue.remove(removed, undefined, STAMP)
      await groups.edit(group.id, { draft: true }, undefined, STAMP)
      assert.deepEqual(await both(), [
        ['0 1/2', '1 1/2'],
        ['0 1/2', '1 1/2'],
      ])
    })

    test('a product from before there were events is listed from its next change on', async (t) => {
      const { add, both, sell, forget, edit, sweepAll } = await open(t)
      const [sold, edited, hidden] = [await add(), await add(), await add({ details: { draft: true } })]
      for (const id of [sold, edited, hidden]) await forget(id)
      await sweepAll()
      assert.deepEqual(await both(), [[], []])
      await sell(sold)
      await edit(edited, { name: 'Green tea' })
      await edit(hidden, { name: 'Secret' })
      const [product, stock] = await both()
      assert.match(product!.join(), /^1 [01]\/2$/)
      assert.match(stock!.join(), /^0 [01]\/2,1 [01]\/2$/)
    })

    test('what a release without events changes of a published one is found', async (t) => {
      const { add, both, publishAll, editAsBefore, sweepAll } = await open(t)
      const id = await add()
      await publishAll()
      await editAsBefore(id)
      await sweepAll()
      assert.deepEqual(await both(), [['0 1/2'], ['0 1/2']])
    })

    test('one that cannot be read is listed, and says so when it is read', async (t) => {
      const { add, corrupt, sources } = await open(t)
      const [bad, good] = [await add(), await add()]
      await corrupt(bad)
      for (const kind of EVENT_KINDS) {
        const found = await sources[kind].list(NOW, 9)
        assert.throws(() => found.find(({ id }) => id === bad)!.product(), /cannot be read/)
        assert.equal(found.find(({ id }) => id === good)!.product().id, good)
      }
    })

    test('of each kind, one process at a time has the lease of the relay', async (t) => {
      const { stores } = await open(t)
      const at = (ms: number) => new Date(Date.parse(AT) + ms)
      const [product, stock] = [stores.relayLease('product'), stores.relayLease('stock')]
      assert.equal(await product.take('one', at(0), at(30_000)), true)
      assert.equal(await product.take('two', at(10_000), at(40_000)), false)
      assert.equal(await stock.take('two', at(10_000), at(40_000)), true)
      assert.equal(await product.take('two', at(30_001), at(60_000)), true)
      // It was taken by a clock that was wrong.
      assert.equal(await product.take('one', at(-3_600_000), at(-3_570_000)), true)
    })
  })
}
