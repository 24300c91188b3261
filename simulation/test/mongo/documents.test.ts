/** What the manual of MongoDB says about filters, orders, projections and updates, where the wire-compatible server differs too. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Binary, Long, ObjectId } from 'mongodb'
import { matcherOf } from '../../mongo/documents/matching.ts'
import { aggregated, distinctValues, projectorOf, type Sort, sorted } from '../../mongo/documents/shaping.ts'
import { requiredBy, updated } from '../../mongo/documents/updating.ts'
import { compare, copyOf, type Fields, keyOf } from '../../mongo/documents/values.ts'

const matches = (filter: Fields, document: Fields) => matcherOf(filter)(document)

suite('documents of the model', () => {
  const filters: readonly [filter: Fields, document: Fields, expected: boolean][] = [
    [{ a: null }, {}, true],
    [{ a: null }, { a: null }, true],
    [{ a: { $ne: 1 } }, {}, true],
    [{ a: { $nin: [null] } }, {}, false],
    [{ a: { $in: [null, 1] } }, {}, true],
    [{ a: { $exists: true } }, { a: null }, true],
    [{ a: { $exists: false } }, { a: null }, false],
    [{ a: { $gt: 1 } }, { a: 'b' }, false],
    [{ a: { $lt: 'b' } }, { a: 1 }, false],
    [{ a: 1 }, { a: [3, 1] }, true],
    [{ a: [3, 1] }, { a: [3, 1] }, true],
    [{ a: [1, 3] }, { a: [3, 1] }, false],
    [{ a: { $gt: 2, $lt: 2 } }, { a: [1, 3] }, true],
    [{ 'a.b': 1 }, { a: [{ b: 2 }, { b: 1 }] }, true],
    [{ 'a.0.b': 2 }, { a: [{ b: 2 }, { b: 1 }] }, true],
    [{ 'a.b': { $exists: false } }, { a: 5 }, true],
    [{ a: { b: 1 } }, { a: { b: 1, c: 2 } }, false],
    [{ a: /^te/ }, { a: 'tea' }, true],
    [{ a: { $in: [/^te/, 'x'] } }, { a: ['cup', 'tea'] }, true],
    [{ a: { $not: { $gt: 1 } } }, {}, true],
    [{ $nor: [{ a: 1 }, { b: 1 }] }, { a: 2 }, true],
    [{ a: new Date(5) }, { a: new Date(5) }, true],
    [{ a: Long.fromNumber(5) }, { a: 5 }, true],
  ]
  for (const [filter, document, expected] of filters) {
    test(`${JSON.stringify(filter)} and ${JSON.stringify(document)}: ${expected}`, () =>
      assert.equal(matches(filter, document), expected))
  }

  test('values of different types are sorted by type', () => {
    const inOrder = [
      null,
      -1,
      2.5,
      '',
      'A',
      'a',
      '\uffff',
      '\u{10000}',
      { a: 1 },
      [1],
      new Binary(Buffer.from('a')),
    ]
    const rest = [new ObjectId('000000000000000000000001'), false, true, new Date(1), new Date(2)]
    const all = [...inOrder, ...rest]
    assert.deepEqual(all.toReversed().sort(compare), all)
    assert.equal(compare(null, undefined), 0)
  })

  test('an array is sorted by its least element, or its greatest in descending order; null as a missing field', () => {
    const documents: Fields[] = [{ _id: 1, a: [5, 1] }, { _id: 2, a: 3 }, { _id: 3, a: null }, { _id: 4 }]
    const order = (sort: Sort) => sorted([...documents], sort).map(({ _id }) => _id)
    assert.deepEqual(order({ a: 1, _id: -1 }), [4, 3, 1, 2])
    assert.deepEqual(order({ a: -1, _id: 1 }), [1, 2, 3, 4])
  })

  const projections: readonly [projection: Fields | undefined, expected: Fields][] = [
    [undefined, { _id: 1, a: 1, b: { c: 2, d: 3 }, e: [{ c: 1, d: 2 }, 5] }],
    [{ _id: 1 }, { _id: 1 }],
    [{ _id: 0 }, { a: 1, b: { c: 2, d: 3 }, e: [{ c: 1, d: 2 }, 5] }],
    [{ a: 1 }, { _id: 1, a: 1 }],
    [{ a: 1, _id: 0 }, { a: 1 }],
    [
      { 'b.c': 1, 'e.d': 1 },
      { _id: 1, b: { c: 2 }, e: [{ d: 2 }] },
    ],
    [
      { 'b.c': 0, e: 0 },
      { _id: 1, a: 1, b: { d: 3 } },
    ],
    [{ x: 1 }, { _id: 1 }],
  ]
  for (const [projection, expected] of projections) {
    test(`the projection ${JSON.stringify(projection)}`, () =>
      assert.deepEqual(
        projectorOf(projection)({ _id: 1, a: 1, b: { c: 2, d: 3 }, e: [{ c: 1, d: 2 }, 5] }),
        expected,
      ))
  }

  const updates: readonly [before: Fields, update: Fields, after: Fields][] = [
    [{ _id: 1 }, { $set: { 'a.b': 1 } }, { _id: 1, a: { b: 1 } }],
    [{ _id: 1, a: null }, { $set: { a: null } }, { _id: 1, a: null }],
    [{ _id: 1 }, { $set: { a: null } }, { _id: 1, a: null }],
    [{ _id: 1, a: null }, { $unset: { a: '' } }, { _id: 1 }],
    [{ _id: 1 }, { $inc: { a: 2 } }, { _id: 1, a: 2 }],
    [
      { _id: 1, a: 1 },
      { $set: { b: 1 }, $unset: { a: '' } },
      { _id: 1, b: 1 },
    ],
    [{ _id: 1, a: 1 }, { $setOnInsert: { a: 2 } }, { _id: 1, a: 1 }],
    [{ _id: 1, a: [{ b: 1 }] }, { $set: { 'a.0.b': 2 } }, { _id: 1, a: [{ b: 2 }] }],
    [{ _id: 1, a: 1 }, { b: 2 }, { _id: 1, b: 2 }],
  ]
  for (const [before, update, after] of updates) {
    test(`${JSON.stringify(before)} updated by ${JSON.stringify(update)}`, () => {
      const copy = copyOf(before)
      assert.deepEqual(updated(before, update), after)
      assert.deepEqual(before, copy, 'it was changed in place')
    })
  }

  test('an update that changes nothing, and those that are refused', () => {
    const before = { _id: 1, a: 1, b: 'x' }
    assert.equal(updated(before, { $set: { a: 1 }, $unset: { c: '' } }), before)
    const codeOf = (update: Fields) => {
      try {
        updated(before, update)
      } catch (error) {
        return (error as { code: unknown }).code
      }
    }
    assert.equal(codeOf({ $set: { _id: 2 } }), 66)
    assert.equal(codeOf({ _id: 2 }), 66)
    assert.equal(codeOf({ $inc: { b: 1 } }), 14)
    assert.equal(codeOf({ $set: { 'b.c': 1 } }), 28)
    assert.equal(codeOf({ $set: { a: 1 }, $inc: { a: 1 } }), 40)
  })

  test('an upsert begins with what the filter requires', () => {
    const filter = { _id: 'x', a: { $eq: 1 }, b: { $gt: 5 }, 'c.d': 2, $and: [{ e: 3 }] }
    assert.deepEqual(requiredBy(filter), { _id: 'x', a: 1, c: { d: 2 }, e: 3 })
    assert.deepEqual(updated(requiredBy({ _id: 'x' }), { $setOnInsert: { a: 1 }, $set: { b: 2 } }, true), {
      _id: 'x',
      a: 1,
      b: 2,
    })
  })

  test('groups and their sums; distinct values', () => {
    const documents = [{ a: 'x', n: 1 }, { a: 'y', n: 2 }, { a: 'x', n: 3 }, { n: 4 }]
    const byName = { $group: { _id: '$a', units: { $sum: '$n' }, count: { $sum: 1 } } }
    assert.deepEqual(aggregated(documents, [{ $match: { n: { $lt: 4 } } }, byName]), [
      { _id: 'x', units: 4, count: 2 },
      { _id: 'y', units: 2, count: 1 },
    ])
    assert.deepEqual(aggregated(documents, [{ $group: { _id: null, units: { $sum: '$n' } } }]), [
      { _id: null, units: 10 },
    ])
    assert.deepEqual(distinctValues([{ a: ['x', 'y'] }, { a: 'x' }, {}], 'a'), ['x', 'y'])
  })

  test('keys differ for values that differ, and are equal for equal ones', () => {
    const values = ['1', 1, true, null, new Date(1), [1], ['1'], { a: 1 }, { a: '1' }, 'null', 's1', 'n1']
    assert.equal(new Set(values.map(keyOf)).size, values.length)
    assert.equal(keyOf(0), keyOf(-0))
    assert.equal(keyOf(undefined), keyOf(null))
  })
})
