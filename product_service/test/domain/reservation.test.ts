/** The decisions of domain/reserving.ts, by invariant. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MONEY_MINOR_MAX } from '@shop/service_kit/money/money'
import fc from 'fast-check'
import { NO_DETAILS } from '../../src/domain/details.ts'
import { type Movement, PRICE_MINOR_MAX, type Product } from '../../src/domain/product.ts'
import {
  isHeld,
  LINES_MAX,
  QUANTITY_MAX,
  type Reservation,
  type ReservationRequest,
  TOTAL_MINOR_MAX,
} from '../../src/domain/reservation.ts'
import type { Decision } from '../../src/domain/reservation_draft.ts'
import { recordOf } from '../../src/domain/reservation_record.ts'
import { decideReservations, releaseReservations, shipReservations } from '../../src/domain/reserving.ts'

const AT = '2026-01-01T00:00:00.000Z'

const product = (id: string, stock: number, priceMinor = 100, more: Partial<Product> = {}): Product => ({
  id,
  name: `Product ${id}`,
  description: '',
  priceMinor,
  stock,
  reserved: 0,
  version: 1,
  editVersion: 1,
  createdAt: AT,
  updatedAt: AT,
  deletedAt: null,
  details: NO_DETAILS,
  ...more,
})

const request = (
  orderId: string,
  lines: Record<string, number>,
  totalMinor?: number,
): ReservationRequest => ({
  orderId,
  lines: Object.entries(lines).map(([productId, quantity]) => ({ productId, quantity })),
  totalMinor: totalMinor ?? Object.values(lines).reduce((sum, quantity) => sum + quantity * 100, 0),
})

/** A store of maps that only applies decisions. */
function world(products: Product[], offSale: readonly string[] = []) {
  const state = {
    products: new Map(products.map((each) => [each.id, each])),
    reservations: new Map<string, Reservation>(),
    movements: [] as Movement[],
  }
  const apply = <A>(decision: Decision<A>): readonly A[] => {
    for (const each of decision.products) state.products.set(each.id, each)
    for (const each of decision.reservations) state.reservations.set(each.orderId, each)
    state.movements.push(...decision.movements)
    return decision.answers
  }
  return {
    ...state,
    reserve: (...requests: ReservationRequest[]) =>
      apply(
        decideReservations(state.products, state.reservations, requests, AT, (id) => offSale.includes(id)),
      ),
    release: (...ids: string[]) => apply(releaseReservations(state.products, state.reservations, ids, AT)),
    ship: (...ids: string[]) => apply(shipReservations(state.products, state.reservations, ids, AT)),
    numbers: (id: string) => {
      const { stock, reserved, version } = state.products.get(id)!
      return { stock, reserved, version }
    },
  }
}

suite('reserving', () => {
  test('holds all lines at the current prices, with a movement for each change', () => {
    const shop = world([product('a', 5), product('b', 1, 250)])
    const [held] = shop.reserve(request('o1', { a: 2, b: 1 }, 450))
    assert.deepEqual(held, {
      orderId: 'o1',
      status: 'held',
      lines: [
        { productId: 'a', name: 'Product a', unitPriceMinor: 100, quantity: 2 },
        { productId: 'b', name: 'Product b', unitPriceMinor: 250, quantity: 1 },
      ],
      totalMinor: 450,
      createdAt: AT,
      updatedAt: AT,
    })
    assert.deepEqual(shop.numbers('a'), { stock: 3, reserved: 2, version: 2 })
    assert.deepEqual(
      shop.movements.map(({ productId, version, delta, stockAfter, reason, orderId }) => [
        productId,
        version,
        delta,
        stockAfter,
        reason,
        orderId,
      ]),
      [
        ['a', 2, -2, 3, 'sale', 'o1'],
        ['b', 2, -1, 0, 'sale', 'o1'],
      ],
    )
  })

  test('gives the last unit to the first order', () => {
    const shop = world([product('a', 1)])
    const answers = shop.reserve(request('o1', { a: 1 }), request('o2', { a: 1 }))
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['held', 'rejected'],
    )
    assert.deepEqual(recordOf(answers[1]!).shortages, [{ productId: 'a', requested: 1, available: 0 }])
  })

  test('holds nothing for an order that lacks stock for one line', () => {
    const shop = world([product('a', 5), product('b', 0)])
    shop.reserve(request('o1', { a: 1, b: 1 }))
    assert.deepEqual(shop.numbers('a'), { stock: 5, reserved: 0, version: 1 })
    assert.equal(shop.movements.length, 0)
  })

  test('raises the version by one for each order of a batch, in one resulting product', () => {
    const products = new Map([['a', product('a', 100)]])
    const requests = Array.from({ length: 30 }, (_, i) => request(`o${i}`, { a: 1 }))
    const decision = decideReservations(products, new Map(), requests, AT, () => false)
    assert.equal(decision.products.length, 1)
    assert.deepEqual([decision.products[0]!.version, decision.products[0]!.stock], [31, 70])
    assert.deepEqual(
      decision.movements.map(({ version }) => version),
      Array.from({ length: 30 }, (_, i) => i + 2),
    )
  })

  test('does not sell a variant of a group that is off sale, even if it does not follow its group yet', () => {
    const variantOf = (groupId: string) => ({
      ...product(groupId, 5),
      details: { ...product(groupId, 5).details, groupId },
    })
    const shop = world([variantOf('shown'), variantOf('hidden')], ['hidden'])
    const [both, one] = shop.reserve(request('o1', { shown: 1, hidden: 1 }), request('o2', { shown: 1 }))
    assert.deepEqual(recordOf(both!).unknownProducts, ['hidden'])
    assert.equal(one!.status, 'held')
  })

  test('adds up two lines of one product', () => {
    const shop = world([product('a', 3)])
    const lines = [
      { productId: 'a', quantity: 2 },
      { productId: 'a', quantity: 2 },
    ]
    const [answer] = shop.reserve({ orderId: 'o1', lines, totalMinor: 400 })
    assert.deepEqual(recordOf(answer!).shortages, [{ productId: 'a', requested: 4, available: 3 }])
    const [held] = shop.reserve({
      orderId: 'o2',
      lines: lines.map((line) => ({ ...line, quantity: 1 })),
      totalMinor: 200,
    })
    assert.equal(held!.status, 'held')
    assert.deepEqual(shop.numbers('a'), { stock: 1, reserved: 2, version: 2 })
  })

  const refusals: [string, ReservationRequest, string, number | null][] = [
    [
      'an unknown product before anything else',
      request('o', { nope: 1, short: 9 }, 1),
      'product_not_found',
      null,
    ],
    ['a deleted product', request('o', { gone: 1 }), 'product_not_found', null],
    ['a shortage before a wrong price', request('o', { short: 9 }, 1), 'insufficient_stock', 900],
    ['a total too low (8)', request('o', { a: 2 }, 199), 'price_changed', 200],
    ['a total too high (8)', request('o', { a: 2 }, 201), 'price_changed', 200],
  ]
  for (const [what, wanted, reason, totalMinor] of refusals) {
    test(`refuses ${what}: ${reason}`, () => {
      const shop = world([product('a', 9), product('short', 1), product('gone', 9, 100, { deletedAt: AT })])
      const [answer] = shop.reserve(wanted)
      const record = recordOf(answer!)
      assert.deepEqual(
        [record.status, record.reason, record.totalMinor, record.lines],
        ['rejected', reason, totalMinor, []],
      )
      assert.equal(shop.movements.length, 0)
    })
  }

  test('9: the largest total is the same in all services, and far below 2^53', () => {
    assert.equal(TOTAL_MINOR_MAX, MONEY_MINOR_MAX)
    assert.ok(Number.isSafeInteger(TOTAL_MINOR_MAX + PRICE_MINOR_MAX * QUANTITY_MAX))
  })

  test('holds an order of exactly the largest total, and refuses one unit more without an unreadable total', () => {
    const dear = Array.from({ length: LINES_MAX }, (_, i) => product(`p${i}`, QUANTITY_MAX, PRICE_MINOR_MAX))
    const units = (...counts: number[]) => Object.fromEntries(counts.map((count, i) => [`p${i}`, count]))
    const all = units(...dear.map(() => QUANTITY_MAX))
    const shop = world([...dear, product('cheap', 1, 1)])
    const [more, most, far, held] = shop.reserve(
      request('o1', { ...units(QUANTITY_MAX), cheap: 1 }, TOTAL_MINOR_MAX),
      request('o2', { ...units(QUANTITY_MAX), cheap: 2 }, TOTAL_MINOR_MAX),
      request('o3', all, TOTAL_MINOR_MAX),
      request('o4', units(QUANTITY_MAX), TOTAL_MINOR_MAX),
    )
    assert.deepEqual(
      [more, most, far, held].map((each) => {
        const { status, reason, totalMinor } = recordOf(each!)
        return [status, reason, totalMinor]
      }),
      [
        ['rejected', 'price_changed', null],
        ['rejected', 'insufficient_stock', null],
        ['rejected', 'price_changed', null],
        ['held', null, TOTAL_MINOR_MAX],
      ],
    )
  })

  test('answers a known order id with its first decision, whatever the request (invariant 6)', () => {
    const shop = world([product('a', 5)])
    const [first] = shop.reserve(request('o1', { a: 1 }))
    const [again, twice] = shop.reserve(request('o1', { a: 4 }, 1), request('o1', { b: 1 }))
    assert.deepEqual([again, twice], [first, first])
    assert.deepEqual(shop.numbers('a'), { stock: 4, reserved: 1, version: 2 })
  })
})

suite('releasing', () => {
  test('releases once, and changes nothing after that', () => {
    const shop = world([product('a', 5)])
    shop.reserve(request('o1', { a: 2 }))
    const answers = shop.release('o1', 'o1')
    shop.release('o1')
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['released', 'released'],
    )
    assert.deepEqual(shop.numbers('a'), { stock: 5, reserved: 0, version: 3 })
    assert.deepEqual(
      shop.movements.map(({ delta, stockAfter, reason, orderId, by, at }) => [
        delta,
        stockAfter,
        reason,
        orderId,
        by,
        at,
      ]),
      [
        [-2, 3, 'sale', 'o1', null, AT],
        [2, 5, 'release', 'o1', null, AT],
      ],
    )
    assert.deepEqual(answers[0], {
      orderId: 'o1',
      status: 'released',
      holding: {
        lines: [{ productId: 'a', name: 'Product a', unitPriceMinor: 100, quantity: 2 }],
        totalMinor: 200,
      },
      createdAt: AT,
      updatedAt: AT,
    })
  })

  test('before the reservation leaves a tombstone, so the late one holds nothing (invariant 6)', () => {
    const shop = world([product('a', 5)])
    shop.release('o1')
    const [late] = shop.reserve(request('o1', { a: 2 }))
    assert.deepEqual(late, {
      orderId: 'o1',
      status: 'released',
      holding: null,
      createdAt: AT,
      updatedAt: AT,
    })
    assert.deepEqual(shop.numbers('a'), { stock: 5, reserved: 0, version: 1 })
  })

  test('leaves shipped and rejected orders as they are', () => {
    const shop = world([product('a', 1)])
    shop.reserve(request('o1', { a: 1 }), request('o2', { a: 1 }))
    shop.ship('o1')
    assert.deepEqual(
      shop.release('o1', 'o2').map(({ status }) => status),
      ['shipped', 'rejected'],
    )
    assert.deepEqual(shop.numbers('a'), { stock: 0, reserved: 0, version: 3 })
  })

  test('releases to a product that was deleted meanwhile', () => {
    const shop = world([product('a', 5)])
    shop.reserve(request('o1', { a: 2 }))
    shop.products.set('a', { ...shop.products.get('a')!, deletedAt: AT })
    shop.release('o1')
    assert.deepEqual(shop.numbers('a'), { stock: 5, reserved: 0, version: 3 })
  })
})

suite('shipping', () => {
  test('lowers reserved, not stock, without a movement, once', () => {
    const shop = world([product('a', 5)])
    shop.reserve(request('o1', { a: 2 }))
    shop.ship('o1')
    shop.ship('o1')
    assert.deepEqual(shop.numbers('a'), { stock: 3, reserved: 0, version: 3 })
    assert.equal(shop.movements.length, 1)
  })

  test('answers undefined for an unknown order, and does not ship a released one', () => {
    const shop = world([product('a', 5)])
    shop.release('o1')
    assert.deepEqual(
      shop.ship('o1', 'o2').map((answer) => answer?.status),
      ['released', undefined],
    )
    assert.equal(shop.reservations.has('o2'), false)
  })
})

suite('any interleaving', () => {
  const productId = fc.constantFrom('a', 'b', 'c', 'unknown')
  const orderId = fc.integer({ min: 0, max: 7 }).map((n) => `o${n}`)
  const aRequest = fc.record({
    orderId,
    lines: fc.array(fc.record({ productId, quantity: fc.integer({ min: 1, max: 4 }) }), {
      minLength: 1,
      maxLength: 4,
    }),
    rightPrice: fc.boolean(),
  })
  const step = fc.oneof(
    fc.record({ kind: fc.constant('reserve' as const), requests: fc.array(aRequest, { maxLength: 4 }) }),
    fc.record({ kind: fc.constant('release' as const), ids: fc.array(orderId, { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('ship' as const), ids: fc.array(orderId, { maxLength: 3 }) }),
  )
  const MOVES: Record<string, string[]> = { held: ['held', 'released', 'shipped'] }

  test('of reserve, release and ship, repeated or late, keeps invariants 1, 2 and 6', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const initial = { a: 6, b: 3, c: 10 }
        const shop = world(Object.entries(initial).map(([id, stock]) => product(id, stock)))
        for (const each of steps) {
          const before = new Map(shop.reservations)
          if (each.kind === 'reserve') {
            const requests = each.requests.map(({ orderId, lines, rightPrice }) => ({
              orderId,
              lines: lines.map((line) => ({ ...line })),
              totalMinor: lines.reduce((sum, { quantity }) => sum + quantity * 100, rightPrice ? 0 : 1),
            }))
            const answers = shop.reserve(...requests)
            answers.forEach((answer, i) => {
              if (answer.status !== 'held' || before.has(answer.orderId)) return
              const first = requests.find((one) => one.orderId === answer.orderId)!
              assert.deepEqual(
                answer.lines.map(({ productId, quantity }) => ({ productId, quantity })),
                first.lines,
              )
              assert.equal(answer.totalMinor, first.totalMinor)
              assert.equal(answer.orderId, requests[i]!.orderId)
            })
          } else if (each.kind === 'release') shop.release(...each.ids)
          else shop.ship(...each.ids)

          for (const [id, { status }] of before) {
            const now = shop.reservations.get(id)!.status
            assert.ok((MOVES[status] ?? [status]).includes(now), `6: ${status} became ${now}`)
          }
          const held = [...shop.reservations.values()].filter(isHeld)
          for (const [id, first] of Object.entries(initial)) {
            const { stock, reserved, version } = shop.numbers(id)
            const movements = shop.movements.filter((one) => one.productId === id)
            assert.ok(stock >= 0, '1')
            assert.equal(
              movements.reduce((sum, { delta }) => sum + delta, first),
              stock,
              '2: stock',
            )
            const units = held.flatMap(({ lines }) => lines.filter((line) => line.productId === id))
            assert.equal(
              units.reduce((sum, { quantity }) => sum + quantity, 0),
              reserved,
              '2: reserved',
            )
            const versions = movements.map((one) => one.version)
            assert.equal(new Set(versions).size, versions.length)
            assert.ok(versions.every((one) => one > 1 && one <= version))
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})
