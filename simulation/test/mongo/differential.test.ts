/**
 * Random operations on a server of MongoDB and on the model are answered equally. On the wire-compatible server one after the
 * other, which it does right; so transactions and races are left to the contract suites.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CLIENT_OPTIONS } from '@shop/service_kit/mongo/options'
import { mongoSuite } from '@shop/service_kit/test_support/mongo_server'
import { type Collection, type Document, MongoClient, MongoError } from 'mongodb'
import { type Chances, chancesOf } from '../../core/chances.ts'
import { createModelServer } from '../../test_support/mongo_suites.ts'

const SEEDS = [1, 2, 3]
const OPERATIONS = 400

type Work = (things: Collection<Document>) => Promise<unknown>
type Operation = { readonly name: string; readonly work: Work }

const SCALARS: readonly unknown[] = [
  ...[0, 1, 2, 3, -1, 1.5, 'a', 'b', 'ab', 'Ä', '\u{1F600}', '', true, false, new Date(0), new Date(1e12)],
]
const VALUES: readonly unknown[] = [
  ...SCALARS,
  ...[null, [1, 2], ['a', 'b'], [], { x: 1 }, { x: 1, y: 'a' }, [{ x: 1 }, { x: 2 }]],
]
const OBJECTS = [{ x: 1 }, { x: 1, y: 'a' }, { x: 'b', z: 2 }]
/** Sorted by: the wire-compatible server does not sort an array by its least element, nor null as a missing field. */
const SORTED = ['n', 'name', 'at']
const FIELDS = ['n', 'name', 'tags', 'at', 'more', 'more.x', 'more.y']
const NUMBERS = ['count', 'more.z']

function operationOf(chances: Chances, ids: { next: number }): Operation {
  const id = () => `id${chances.whole(0, 12)}`
  const field = () => chances.one(FIELDS)
  const value = () => chances.one(VALUES)
  const valueFor = (name: string): unknown => {
    // So that nothing refuses a path below it: how far an update of many came then, is each server's own.
    if (name === 'more') return chances.one(OBJECTS)
    return SORTED.includes(name) ? chances.one(SCALARS) : value()
  }
  const fieldOf = (names: readonly string[]) => {
    const name = chances.one(names)
    return { [name]: valueFor(name) }
  }
  const fields = () => fieldOf(['n', 'name', 'tags', 'at', 'more'])
  const document = () => ({
    _id: id(),
    key: chances.one(['k1', 'k2', 'k3', undefined]),
    ...fields(),
    ...fields(),
  })
  const condition = (): unknown => {
    const operator = chances.one([
      '$eq',
      '$ne',
      '$gt',
      '$gte',
      '$lt',
      '$lte',
      '$in',
      '$nin',
      '$exists',
      'value',
    ])
    if (operator === 'value') return value()
    if (operator === '$exists') return { $exists: chances.happens(0.5) }
    if (operator === '$in' || operator === '$nin')
      return { [operator]: [chances.one(SCALARS), chances.one(SCALARS)] }
    // Only values of one type are compared, so that both sides mean the same.
    return { [operator]: chances.one([0, 1, 2, 'a', 'b', new Date(5)]) }
  }
  const filter = (): Document => {
    const simple = chances.happens(0.4) ? { _id: id() } : { [field()]: condition() }
    const kind = chances.one(['simple', 'simple', 'two', '$or', '$and', '$nor'])
    if (kind === 'simple') return simple
    if (kind === 'two') return { ...simple, [field()]: condition() }
    return { [kind]: [simple, { [field()]: condition() }] }
  }
  const change = (): Document => {
    const kind = chances.one(['$set', '$set', '$inc', '$unset', 'both'])
    if (kind === '$inc') return { $inc: { [chances.one(NUMBERS)]: chances.one([1, -2, 0.5]) } }
    if (kind === '$unset') return { $unset: { [field()]: '' } }
    if (kind === 'both') return { $set: { name: valueFor('name') }, $inc: { count: 1 } }
    return { $set: fieldOf(FIELDS) }
  }
  const sort = (): Document => ({ [chances.one([...SORTED, 'none'])]: chances.one([1, -1]), _id: 1 })
  const named = (name: string, given: unknown, work: Work): Operation => ({
    name: `${name} ${JSON.stringify(given)}`,
    work,
  })
  switch (chances.whole(0, 12)) {
    case 0:
    case 1: {
      const given = document()
      return named('insertOne', given, (things) => things.insertOne({ ...given } as never))
    }
    case 2: {
      // Without duplicates, which the wire-compatible server does not name.
      const given = [1, 2].map(() => ({ _id: `id${13 + ids.next++}`, ...fields() }))
      return named('insertMany', given, (things) =>
        things.insertMany(given.map((each) => ({ ...each })) as never, { ordered: false }),
      )
    }
    case 3:
    case 4: {
      const [where, what, upsert] = [{ ...filter(), _id: id() }, change(), chances.happens(0.2)]
      const given = upsert ? [{ _id: where._id }, what, { upsert }] : [where, what]
      return named('updateOne', given, (things) => things.updateOne(...(given as [never, never, never])))
    }
    case 5: {
      const given = [filter(), change()]
      return named('updateMany', given, (things) => things.updateMany(...(given as [never, never])))
    }
    case 6: {
      const given = [{ _id: id() }, { ...fields(), key: chances.one(['k4', 'k5']) }]
      return named('replaceOne', given, (things) => things.replaceOne(...(given as [never, never])))
    }
    case 7: {
      const where = { _id: id() }
      return named('deleteOne', where, (things) => things.deleteOne(where as never))
    }
    case 8: {
      const where = filter()
      return named('deleteMany', where, (things) => things.deleteMany({ ...where, n: 3 }))
    }
    case 9: {
      const where = filter()
      return named('countDocuments', where, (things) => things.countDocuments(where))
    }
    case 10: {
      const path = chances.one(['name', 'n', 'tags', 'more.x'])
      return named('distinct', path, async (things) =>
        (await things.distinct(path)).map((each) => JSON.stringify(each)).sort(),
      )
    }
    case 11: {
      const group = { _id: chances.one([null, '$name']), units: { $sum: '$count' }, n: { $sum: 1 } }
      return named('aggregate', group, async (things) =>
        (await things.aggregate([{ $match: filter() && {} }, { $group: group }]).toArray())
          .map((each) => JSON.stringify(each))
          .sort(),
      )
    }
    default: {
      const [where, order, limit, skip] = [filter(), sort(), chances.whole(0, 5), chances.whole(0, 2)]
      return named('find', [where, order, limit, skip], (things) =>
        things
          .find(where)
          .sort(order as never)
          .skip(skip)
          .limit(limit)
          .toArray(),
      )
    }
  }
}

const outcomeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => {
    if (error instanceof MongoError) return { code: error.code }
    throw error
  })

mongoSuite('the model and a server of MongoDB', (server) => {
  for (const seed of SEEDS) {
    test(`answer ${OPERATIONS} random operations equally, from seed ${seed}`, async (t) => {
      const model = createModelServer()
      const open = async (client: MongoClient) => {
        t.after(() => client.close())
        const things = client.db().collection('things')
        await things.createIndex(
          { key: 1 },
          { unique: true, partialFilterExpression: { key: { $exists: true } } },
        )
        return things
      }
      const real = await open(new MongoClient(server.url(server.newDatabase()), CLIENT_OPTIONS))
      const modelled = await open(model.opening.createClient!(model.url(model.newDatabase()), CLIENT_OPTIONS))
      const chances = chancesOf(seed, 'operations')
      const ids = { next: 0 }
      const outcomes = new Map<string, number>()
      for (let n = 0; n < OPERATIONS; n++) {
        const { name, work } = operationOf(chances, ids)
        const [expected, found] = [await outcomeOf(work(real)), await outcomeOf(work(modelled))]
        assert.deepEqual(found, expected, `operation ${n}: ${name}`)
        const [a, b] = await Promise.all(
          [real, modelled].map((things) => things.find().sort({ _id: 1 }).toArray()),
        )
        assert.deepEqual(b, a, `after operation ${n}: ${name}`)
        const kind = name.split(' ')[0]!
        outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1)
      }
      assert.equal(outcomes.size, 11)
    })
  }
})
