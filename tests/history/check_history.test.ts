/**
 * The checker is tested on a small correct history, into which each kind of fault is planted, and on correct histories from
 * seeds, which it must accept.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { byChance } from '../system/until.ts'
import { checkHistory } from './check_history.ts'
import { FAULT_KINDS, FAULTS_OF_A_KIND_MAX, type FaultKind } from './faults.ts'
import { FORMAT, type HistoryLine, type Operation, type OrderSeen, type ProductSeen } from './format.ts'
import { generateHistory } from './generate.ts'
import { PLACES_MAX, UncheckableHistory } from './layout.ts'
import { SUMS_MAX } from './rejections.ts'

const SEEDS = 150
const OPERATIONS = 300
const SIZE = 1_500
const TIMES = 8
/** n log n gives 8 x 1.3; work that is quadratic would give 64. */
const RATIO_MAX = 12

type Line = HistoryLine & { readonly name?: string }

const kettle = (version: number, stock: number, priceMinor = 100): ProductSeen => ({
  ...{ product: 'kettle', version, stock, priceMinor, text: 'Kettle' },
})
const tea = (version: number, stock: number): ProductSeen => ({
  ...{ product: 'tea', version, stock, priceMinor: 5, text: 'Tea' },
})
const order = (id: string, status: string, version: number): OrderSeen => ({ order: id, status, version })
/** Dan is an admin. */
const by = (client: string) => ({
  ...{ client, user: client },
  role: client === 'admin' || client === 'dan' ? ('admin' as const) : ('customer' as const),
})
const at = (client: string, called: number, returned: number) => ({ ...by(client), called, returned })
const ANONYMOUS = { user: 'anonymous', role: 'none' as const }
const one = (productId: string, quantity: number) => ({ productId, quantity })
const priced = (productId: string, quantity: number, unitPriceMinor: number | null) => ({
  ...{ productId, quantity, unitPriceMinor },
})

/**
 * Ada buys 2 kettles and 1 tea, Bob 3 kettles and 1 tea, then an admin raises the price and ships Bob's order, Ada
 * cancels hers, and Eve finds too little.
 */
const CORRECT: readonly Line[] = [
  { is: 'history', format: FORMAT },
  {
    name: 'kettle made',
    is: 'create_product',
    ...at('admin', 10, 20),
    stock: 5,
    priceMinor: 100,
    answer: kettle(1, 5),
  },
  {
    name: 'tea made',
    is: 'create_product',
    ...at('admin', 30, 40),
    stock: 9,
    priceMinor: 5,
    answer: tea(1, 9),
  },
  { name: 'read 1', is: 'read_product', ...at('eve', 50, 60), product: 'kettle', answer: kettle(1, 5) },
  {
    ...{ name: 'ada buys', is: 'place_order', ...at('ada', 70, 100), key: 'a' },
    ...{ lines: [one('kettle', 2), one('tea', 1)], totalMinor: 205, answer: order('A', 'confirmed', 2) },
  },
  {
    ...{ name: 'bob buys', is: 'place_order', ...at('bob', 110, 130), key: 'b' },
    ...{ lines: [one('kettle', 3), one('tea', 1)], totalMinor: 305, answer: order('B', 'confirmed', 2) },
  },
  { name: 'read 3', is: 'read_product', ...at('eve', 140, 150), product: 'kettle', answer: kettle(3, 0) },
  {
    ...{
      name: 'price',
      is: 'edit_product',
      ...at('admin', 160, 170),
      product: 'kettle',
      seen: 3,
      priceMinor: 110,
    },
    ...{ writesText: false, answer: kettle(4, 0, 110) },
  },
  {
    ...{ name: 'eve buys', is: 'place_order', ...at('eve', 180, 190), key: 'e' },
    ...{ lines: [one('kettle', 1)], totalMinor: 110 },
    answer: {
      ...order('E', 'rejected', 2),
      rejection: {
        ...{ reason: 'insufficient_stock', unknownProducts: [], totalMinor: 110 },
        shortages: [{ product: 'kettle', requested: 1, available: 0 }],
      },
    },
  },
  {
    ...{
      name: 'ships',
      is: 'change_order',
      ...at('admin', 200, 210),
      order: 'B',
      to: 'shipped',
    },
    answer: order('B', 'shipped', 3),
  },
  {
    ...{
      name: 'cancels',
      is: 'change_order',
      ...at('ada', 220, 230),
      order: 'A',
      to: 'cancelled',
    },
    answer: order('A', 'cancelled', 4),
  },
  {
    name: 'read A',
    is: 'read_order',
    ...at('ada', 240, 250),
    order: 'A',
    answer: order('A', 'cancelled', 4),
  },
  {
    ...{
      name: 'adds',
      is: 'adjust_stock',
      ...at('admin', 260, 270),
      key: 'k',
      product: 'kettle',
    },
    ...{ delta: 10, answer: { version: 7, delta: 10, stockAfter: 12 } },
  },
  {
    ...{ name: 'old price', is: 'place_order', ...at('eve', 280, 290), key: 'p' },
    ...{ lines: [one('kettle', 1)], totalMinor: 100 },
    answer: {
      ...order('P', 'rejected', 2),
      rejection: { reason: 'price_changed', unknownProducts: [], totalMinor: 110, shortages: [] },
    },
  },
  {
    name: 'read 7',
    is: 'read_product',
    ...at('eve', 300, 310),
    product: 'kettle',
    answer: kettle(7, 12, 110),
  },
  { is: 'stores' },
  {
    ...{ name: 'kettle', is: 'product', id: 'kettle', stock: 12, reserved: 0, version: 7, editVersion: 4 },
    priceMinor: 110,
  },
  { name: 'tea', is: 'product', id: 'tea', stock: 8, reserved: 0, version: 5, editVersion: 1, priceMinor: 5 },
  ...(
    [
      ['kettle', 1, 5, 5, null],
      ['kettle', 2, -2, 3, 'A'],
      ['kettle', 3, -3, 0, 'B'],
      ['kettle', 6, 2, 2, 'A'],
      ['kettle', 7, 10, 12, null],
      ['tea', 1, 9, 9, null],
      ['tea', 2, -1, 8, 'A'],
      ['tea', 3, -1, 7, 'B'],
      ['tea', 5, 1, 8, 'A'],
    ] as const
  ).map(([productId, version, delta, stockAfter, orderId]) => ({
    ...{ name: `${productId} ${version}`, is: 'movement' as const },
    ...{ productId, version, delta, stockAfter, orderId },
  })),
  ...(['A', 'B'] as const).map((id) => ({
    ...{ name: `held ${id}`, is: 'reservation' as const, orderId: id },
    status: id === 'A' ? 'released' : 'shipped',
    lines: [priced('kettle', id === 'A' ? 2 : 3, 100), priced('tea', 1, 5)],
  })),
  {
    ...{ name: 'A', is: 'order', id: 'A', userId: 'ada', key: 'a', status: 'cancelled', version: 4 },
    ...{ totalMinor: 205, lines: [priced('kettle', 2, 100), priced('tea', 1, 5)] },
    history: ['pending', 'confirmed', 'cancelling', 'cancelled'],
  },
  {
    ...{ name: 'B', is: 'order', id: 'B', userId: 'bob', key: 'b', status: 'shipped', version: 3 },
    ...{ totalMinor: 305, lines: [priced('kettle', 3, 100), priced('tea', 1, 5)] },
    history: ['pending', 'confirmed', 'shipped'],
  },
  ...(['E', 'P'] as const).map((id) => ({
    ...{ name: id, is: 'order' as const, id, userId: 'eve', key: id.toLowerCase(), status: 'rejected' },
    ...{ version: 2, totalMinor: id === 'E' ? 110 : 100, lines: [priced('kettle', 1, null)] },
    history: ['pending', 'rejected'],
  })),
]

const change = (name: string, fields: object): Line[] =>
  CORRECT.map((line) => (line.name === name ? ({ ...line, ...fields } as Line) : line))
const without = (...names: string[]): Line[] => CORRECT.filter(({ name }) => !names.includes(name ?? ''))
const plus = (...lines: Line[]): Line[] => [...lines, ...CORRECT]
const read = (called: number, returned: number, answer: ProductSeen): Line => ({
  ...{ is: 'read_product', ...at('dan', called, returned), product: answer.product, answer },
})

const removed = (product: string, called: number, returned: number): Line => ({
  ...{ is: 'delete_product', ...at('admin', called, returned), product, answer: { deleted: true } },
})

const movement = (productId: string, version: number, delta: number, stockAfter: number): Line => ({
  ...{ is: 'movement', productId, version, delta, stockAfter, orderId: null },
})
/** Eve's order is rejected for this reason. */
const rejected = (reason: string, fields: object = {}): Line[] =>
  change('eve buys', {
    answer: {
      ...order('E', 'rejected', 2),
      rejection: { reason, unknownProducts: [], totalMinor: 110, shortages: [], ...fields },
    },
  })
const shortage = (product: string, available: number) => ({
  shortages: [{ product, requested: 1, available }],
})

const PLANTED: readonly (readonly [
  what: string,
  lines: readonly Line[],
  kind: FaultKind,
  sentence: RegExp,
])[] = [
  [
    'a stale read: a version that was current no more',
    plus(read(155, 158, kettle(2, 3))),
    'stale_read',
    /Version 2 of product kettle.*: \[bob, 0.100–0.120 ms.*before \[dan, admin, 0.145–0.148 ms: read product kettle → product kettle version 2/,
  ],
  [
    'a read from the future: sold before it was ordered',
    plus(read(102, 105, kettle(3, 0))),
    'version_order',
    /\[dan, admin, 0.092–0.095 ms.*before \[bob, 0.100–0.120 ms: order 3 × kettle/,
  ],
  [
    'a stock that never was',
    change('read 3', { answer: kettle(3, 1) }),
    'wrong_state',
    /had stock 0 at version 3/,
  ],
  [
    'a price that never was',
    change('read 3', { answer: kettle(3, 0, 99) }),
    'wrong_state',
    /price at version 3 differs/,
  ],
  [
    'a price that changed though no edit did it',
    without('price'),
    'lost_change',
    /price changed between versions 3 and 6|price changed between versions 3 and 7/,
  ],
  [
    'a lost update: two edits got the same version',
    plus({
      ...{ is: 'edit_product', ...at('dan', 155, 175), product: 'kettle', seen: 3, priceMinor: 120 },
      ...{ writesText: false, answer: kettle(4, 0, 120) },
    }),
    'wrong_state',
    /price at version 4 differs/,
  ],
  [
    'a lost update: an edit over one that its author had not seen',
    plus({
      ...{ is: 'edit_product', ...at('dan', 240, 255), product: 'kettle', seen: 3, priceMinor: 120 },
      ...{ writesText: false, answer: kettle(5, 0, 120) },
    }),
    'lost_change',
    /\[dan.*was applied over the edit that made version 4 of product kettle: \[admin/,
  ],
  [
    'a stock that was set over a sale',
    plus({
      ...{
        is: 'edit_product',
        ...at('dan', 140, 145),
        product: 'kettle',
        seen: 1,
        stock: 0,
        writesText: false,
      },
      answer: kettle(3, 0),
    }),
    'lost_change',
    /\[dan.*was applied over what happened to product kettle after version 1/,
  ],
  [
    'a gap: a version that nothing made',
    change('tea', { version: 6 }),
    'missing_version',
    /Of the 6 versions of product tea, 1 were made by nothing/,
  ],
  [
    'an answered edit without a version',
    plus({
      ...{ is: 'delete_product', ...at('dan', 400, 410), product: 'tea', answer: { deleted: true } },
    }),
    'lost_change',
    /Product tea has 5 versions, 1 less than changes that were made/,
  ],
  [
    'a movement that is not in the ledger',
    change('adds', { answer: { version: 7, delta: 10, stockAfter: 10 } }),
    'lost_change',
    /The ledger does not have this movement: \[admin/,
  ],
  [
    'a double sale',
    [
      ...change('kettle 7', { stockAfter: 10 }).map((line) =>
        line.name === 'kettle 6' ? ({ ...line, delta: -2, stockAfter: -2 } as Line) : line,
      ),
    ],
    'double_sale',
    /movements -2, -2 for order A of 2 units/,
  ],
  [
    'an order that was sold and is not in the ledger',
    without('kettle 3'),
    'double_sale',
    /movements none for order B/,
  ],
  ['stock below zero', change('kettle 3', { delta: -4, stockAfter: -1 }), 'ledger', /leaves -1/],
  [
    'an adjustment that was made twice',
    plus({
      ...{
        is: 'adjust_stock',
        ...at('admin', 262, 272),
        key: 'k',
        product: 'kettle',
        delta: 10,
      },
      answer: { version: 6, delta: 10, stockAfter: 2 },
    }),
    'change_made_twice',
    /One key, two movements: \[admin.*\[admin/,
  ],
  [
    'a movement that no client asked for',
    without('adds'),
    'change_without_request',
    /movement of 10, to 12, that made version 7/,
  ],
  [
    'a rejection without a shortage',
    change('eve buys', { ...at('eve', 61, 65) }),
    'refused_without_reason',
    /from version 1 to 1 of kettle there were never 0 units: \[eve/,
  ],
  [
    'a rejection because of a price that was the agreed one',
    change('old price', {
      answer: {
        ...order('P', 'rejected', 2),
        rejection: { reason: 'price_changed', unknownProducts: [], totalMinor: 100, shortages: [] },
      },
    }),
    'refused_without_reason',
    /the lines cost 100/,
  ],
  [
    'a rejection because of a price that the product had long ago',
    change('old price', {
      totalMinor: 110,
      answer: {
        ...order('P', 'rejected', 2),
        rejection: { reason: 'price_changed', unknownProducts: [], totalMinor: 100, shortages: [] },
      },
    }).map((line) => (line.name === 'P' ? ({ ...line, totalMinor: 110 } as Line) : line)),
    'refused_without_reason',
    /the lines never cost 100 then, but 110/,
  ],
  [
    'a rejection because of a product that is there',
    change('old price', {
      answer: {
        ...order('P', 'rejected', 2),
        rejection: {
          reason: 'product_not_found',
          unknownProducts: ['kettle'],
          totalMinor: null,
          shortages: [],
        },
      },
    }),
    'refused_without_reason',
    /kettle is there, and no client had deleted it/,
  ],
  [
    'a conflict of versions where nothing had changed',
    change('price', { answer: { refused: 'version_conflict', product: kettle(3, 0) } }),
    'refused_without_reason',
    /Nothing had changed since: \[admin/,
  ],
  [
    'a stock that cannot be lowered, though it suffices',
    change('adds', { delta: -1, answer: { refused: 'insufficient_stock', product: kettle(6, 2, 110) } }),
    'refused_without_reason',
    /The stock suffices: \[admin/,
  ],
  [
    'a transition that was refused, though it is allowed',
    change('ships', { answer: { refused: 'illegal_transition', order: order('B', 'confirmed', 2) } }),
    'refused_without_reason',
    /Its status and version allowed it: \[admin/,
  ],
  [
    'a key that was refused as reused, though it was not',
    plus({
      ...{ is: 'place_order', ...at('ada', 71, 99), key: 'a', totalMinor: 205 },
      ...{ lines: [one('tea', 1), one('kettle', 2)], answer: { refused: 'idempotency_key_reused' } },
    }),
    'refused_without_reason',
    /No other request had this key: \[ada/,
  ],
  ['a lost order', without('A'), 'lost_order', /Order A is not in the store: \[ada/],
  [
    'an order that is not found after it was answered',
    change('read A', { answer: { refused: 'order_not_found' } }),
    'lost_order',
    /The order was there before: \[ada.*before \[ada/,
  ],
  [
    'two orders of one key',
    plus({
      ...{ is: 'place_order', ...at('ada', 90, 105), key: 'a', totalMinor: 205 },
      ...{ lines: [one('kettle', 2), one('tea', 1)], answer: order('A2', 'pending', 1) },
    }),
    'key_with_two_orders',
    /Key a of user ada has 2 orders: \[ada.*\[ada/,
  ],
  [
    'two orders of one key in the store, of which only one was answered',
    plus({
      ...{ is: 'order', id: 'A2', userId: 'ada', key: 'a', status: 'rejected', version: 2, totalMinor: 205 },
      ...{ lines: [priced('kettle', 2, null)], history: ['pending', 'rejected'] },
    }),
    'key_with_two_orders',
    /made the orders A2, A/,
  ],
  [
    'an order that no client placed',
    without('bob buys'),
    'change_without_request',
    /Order B is in the store/,
  ],
  [
    'an order with other lines than were asked for',
    change('bob buys', { lines: [one('kettle', 3), one('tea', 2)] }),
    'lost_change',
    /Order B has 3 × kettle \+ 1 × tea for 305/,
  ],
  [
    'a shipment that no client asked for',
    without('ships'),
    'change_without_request',
    /Order B became shipped/,
  ],
  [
    'a transition that is not allowed',
    change('B', { history: ['pending', 'confirmed', 'delivered'], status: 'delivered' }),
    'illegal_transition',
    /Order B went from confirmed to delivered/,
  ],
  [
    'an answered change that is not in the history',
    change('A', { history: ['pending', 'confirmed'], status: 'confirmed', version: 2 }),
    'lost_change',
    /Order A has the history pending, confirmed: \[ada/,
  ],
  [
    'a status that the order did not have at that version',
    change('read A', { answer: order('A', 'shipped', 3) }),
    'wrong_state',
    /Order A has the history/,
  ],
  [
    'a stale read of an order',
    change('read A', { answer: order('A', 'confirmed', 2) }),
    'stale_read',
    /Version 2 of order A/,
  ],
  [
    'a cycle: two products sold in opposite order to two orders',
    CORRECT.map((line): Line => {
      if (line.name === 'tea 2') return { ...line, orderId: 'B' } as Line
      if (line.name === 'tea 3') return { ...line, orderId: 'A' } as Line
      return line.name === 'bob buys' ? ({ ...line, ...at('bob', 75, 95) } as Line) : line
    }),
    'cycle',
    /-\d for order [AB]\) before version/,
  ],
  [
    'a cycle: a sale seen in one ledger, and after that not seen in another',
    [
      ...change('ada buys', { ...at('ada', 61, 139) }).filter(({ name }) => name !== 'bob buys'),
      { ...CORRECT.find(({ name }) => name === 'bob buys')!, ...at('bob', 62, 139) } as Line,
      read(100, 110, kettle(3, 0)),
      {
        ...{ is: 'read_product', ...at('eve', 112, 115), product: 'gone' },
        answer: { refused: 'product_not_found' },
      },
      read(118, 120, tea(1, 9)),
    ],
    'cycle',
    /(?=.*\[dan, admin, 0.090–0.100 ms.*returned)(?=.*\[dan, admin, 0.108–0.110 ms.*was called before)/,
  ],
  [
    'two movements that made one version',
    plus(movement('tea', 5, -1, 7)),
    'ledger',
    /not the only one that made it/,
  ],
  [
    'a movement after the last version',
    plus(movement('tea', 9, 1, 9)),
    'ledger',
    /is beyond version 5 of the store/,
  ],
  [
    'a movement that starts from another stock',
    change('kettle 2', { stockAfter: 4 }),
    'ledger',
    /leaves 4, and there were 5/,
  ],
  [
    'a version that the store does not have',
    plus(read(320, 330, kettle(9, 12, 110))),
    'lost_change',
    /The store has product kettle at version 7: \[dan/,
  ],
  ['a product that is gone', without('tea'), 'lost_change', /Product tea is not in the store: \[admin/],
  [
    'a product that is not found after it was shown',
    change('read 7', { answer: { refused: 'product_not_found' } }),
    'wrong_state',
    /The product was there before: \[admin.*before \[eve/,
  ],
  [
    'an edit whose answer has another price',
    change('price', { priceMinor: 120 }),
    'wrong_state',
    /does not have what was asked for: \[admin/,
  ],
  [
    'a change whose answer has another status',
    change('ships', { answer: order('B', 'confirmed', 2) }),
    'lost_change',
    /does not have what was asked for: \[admin/,
  ],
  [
    'an order that did not begin as pending',
    change('B', { history: ['confirmed', 'shipped'], version: 2 }),
    'illegal_transition',
    /Order B began as confirmed/,
  ],
  [
    'a movement for an order that does not have the product',
    change('tea 5', { orderId: 'E' }),
    'double_sale',
    /Version 5 of product tea is a movement for order E, which does not have it/,
  ],
  ['a rejection for no known reason', rejected('weather'), 'refused_without_reason', /that is no reason/],
  [
    'a rejection that names no shortage',
    rejected('insufficient_stock'),
    'refused_without_reason',
    /no shortage/,
  ],
  [
    'a rejection that names no product',
    rejected('product_not_found'),
    'refused_without_reason',
    /names no product/,
  ],
  [
    'a rejection though there was enough',
    rejected('insufficient_stock', shortage('kettle', 1)),
    'refused_without_reason',
    /1 of kettle suffice for 1/,
  ],
  [
    'a rejection because of another product',
    rejected('insufficient_stock', shortage('tea', 0)),
    'refused_without_reason',
    /0 of tea suffice for nothing/,
  ],
  [
    'a shortage of a product that is not in the store',
    rejected('insufficient_stock', shortage('gone', 0)).map((line) =>
      line.name === 'E' ? ({ ...line, lines: [priced('gone', 1, null)] } as Line) : line,
    ),
    'refused_without_reason',
    /gone is not in the store/,
  ],
  [
    'a product that was shown before it was created',
    plus(read(1, 5, kettle(1, 5))),
    'version_order',
    /\[dan, admin, 0.000–0.004 ms.*before \[admin, 0.009–0.019 ms: create/,
  ],
  [
    'a price that was shown before it was set',
    plus(read(151, 155, kettle(4, 0, 110))),
    'version_order',
    /\[dan.*before \[admin.*edit product kettle/,
  ],
  [
    'an adjustment that was shown before it was made',
    plus(read(251, 255, kettle(7, 12, 110))),
    'version_order',
    /\[dan.*before \[admin.*adjust stock/,
  ],
  [
    'a status that was shown before it was asked for',
    plus({
      ...{ is: 'read_order', ...at('bob', 191, 195), order: 'B' },
      answer: order('B', 'shipped', 3),
    }),
    'version_order',
    /\[bob.*before \[admin.*order B to become shipped/,
  ],
  [
    'a cycle: after an adjustment was answered, a product is as it was before a release that came before that',
    [
      ...change('cancels', { answer: undefined }).filter(({ name }) => name !== 'read A'),
      read(275, 278, tea(4, 7)),
    ],
    'cycle',
    /(?=.*adjust stock.*returned)(?=.*\[dan.*was called before)/,
  ],
  [
    'a cycle: an order is pending after its release was seen',
    [
      ...change('ada buys', { answer: order('A', 'pending', 1) }).map((line) => {
        if (line.name === 'cancels') return { ...line, ...at('ada', 220, 260) } as Line
        return line.name === 'read A' ? ({ ...line, answer: order('A', 'pending', 1) } as Line) : line
      }),
      read(231, 233, kettle(6, 2, 110)),
    ],
    'cycle',
    /(?=.*\[dan.*returned)(?=.*read order A.*was called before)/,
  ],
  [
    'a cycle: a sale was seen before an adjustment was asked for that came before it',
    [
      ...change('kettle', { stock: 11, reserved: 1, version: 8 }).map((line) =>
        line.name === 'tea' ? ({ ...line, stock: 7, reserved: 1, version: 6 } as Line) : line,
      ),
      {
        ...{ is: 'place_order', ...by('x'), called: 150, key: 'x', totalMinor: 115 },
        lines: [one('kettle', 1), one('tea', 1)],
      },
      { ...movement('kettle', 8, -1, 11), orderId: 'X' } as Line,
      { ...movement('tea', 6, -1, 7), orderId: 'X' } as Line,
      {
        ...{ is: 'reservation', orderId: 'X', status: 'held' },
        lines: [priced('kettle', 1, 110), priced('tea', 1, 5)],
      },
      {
        ...{ is: 'order', id: 'X', userId: 'x', key: 'x', status: 'confirmed', version: 2, totalMinor: 115 },
        ...{ lines: [priced('kettle', 1, 110), priced('tea', 1, 5)], history: ['pending', 'confirmed'] },
      },
      read(250, 255, tea(6, 7)),
    ],
    'cycle',
    /(?=.*\[dan.*returned)(?=.*adjust stock.*was called before)/,
  ],
  [
    'an order that is shown to another customer',
    plus({ ...{ is: 'read_order', ...at('bob', 240, 255), order: 'A' }, answer: order('A', 'cancelled', 4) }),
    'not_theirs',
    /^Order A of user ada was shown to user bob: \[bob, 0.230–0.245 ms: read order A →/m,
  ],
  [
    'an order that is shown without an account',
    plus({
      ...{ is: 'read_order', ...at('anonymous', 240, 255), ...ANONYMOUS, order: 'A' },
      answer: order('A', 'cancelled', 4),
    }),
    'not_theirs',
    /Order A of user ada was shown to user anonymous: \[anonymous/,
  ],
  [
    'a refusal that shows the order of another',
    plus({
      ...{ is: 'change_order', ...at('bob', 240, 255), order: 'A', to: 'cancelled' },
      answer: { refused: 'illegal_transition', order: order('A', 'cancelled', 4) },
    }),
    'not_theirs',
    /Order A of user ada was shown to user bob: \[bob/,
  ],
  [
    "a list of one's own orders that has one of another",
    plus({
      ...{ is: 'list_orders', ...at('eve', 320, 330), of: 'eve' },
      answer: { orders: [order('E', 'rejected', 2), order('B', 'shipped', 3)] },
    }),
    'not_theirs',
    /Order B of user bob was shown to user eve: \[eve.*list the orders of eve → order E rejected, version 2; order B/,
  ],
  [
    'a list of the orders of a user that has one of another, for an admin',
    plus({
      ...{ is: 'list_orders', ...at('dan', 320, 330), of: 'eve' },
      answer: { orders: [order('E', 'rejected', 2), order('B', 'shipped', 3)] },
    }),
    'not_theirs',
    /Order B is of user bob: \[dan/,
  ],
  ...(
    [
      ['list the orders of everyone', { is: 'list_orders', of: null, answer: { orders: [] } }],
      ['list the orders of ada', { is: 'list_orders', of: 'ada', answer: { orders: [] } }],
      ['GET /users', { is: 'use_route', route: 'GET /users', access: 'admin', answer: { served: true } }],
      ['edit product tea: text', { is: 'edit_product', product: 'tea', writesText: true, answer: tea(1, 9) }],
      ['delete product gone', { is: 'delete_product', product: 'gone', answer: { deleted: true } }],
      [
        'create a product, stock 0, price 1',
        { is: 'create_product', stock: 0, priceMinor: 1, answer: tea(1, 9) },
      ],
      [
        'adjust stock of kettle by 10, key k',
        {
          ...{ is: 'adjust_stock', key: 'k', product: 'kettle', delta: 10 },
          answer: { version: 7, delta: 10, stockAfter: 12 },
        },
      ],
      [
        'order B to become shipped',
        { is: 'change_order', order: 'B', to: 'shipped', answer: order('B', 'shipped', 3) },
      ],
    ] as const
  ).map(
    ([what, fields]) =>
      [
        `what only admins may do: ${what}`,
        plus({ ...at('bob', 268, 400), ...fields } as Line),
        'not_theirs',
        new RegExp(
          `^User bob of role customer may not do this, and was not refused: \\[bob.*${what} → `,
          'm',
        ),
      ] as const,
  ),
  [
    'a list without an account',
    plus({
      ...{ is: 'list_orders', ...at('anonymous', 320, 330), ...ANONYMOUS, of: 'anonymous' },
      answer: { orders: [] },
    }),
    'not_theirs',
    /^User anonymous of role none may not do this/m,
  ],
  [
    'what only services may do, for an admin',
    plus({
      ...{ is: 'use_route', ...at('dan', 320, 330), route: 'POST /internal/releases', access: 'service' },
      answer: { served: true },
    }),
    'not_theirs',
    /User dan of role admin may not do this, .*POST \/internal\/releases → answered/,
  ],
  [
    'a shipment that only a customer asked for, without an answer',
    change('ships', { ...by('bob'), answer: undefined }),
    'change_without_request',
    /Order B became shipped, and no client who may asked for that/,
  ],
  [
    'a cancellation that another customer asked for, without an answer',
    change('cancels', { ...by('bob'), answer: undefined }),
    'change_without_request',
    /Order A became cancelling, and no client who may asked for that/,
  ],
  [
    'a shipment that was made although it was refused',
    change('ships', { answer: { refused: 'forbidden' } }),
    'change_without_request',
    /Order B became shipped, and no client who may asked for that/,
  ],
  [
    'a price that only a customer wrote, without an answer',
    change('price', { ...by('bob'), answer: undefined }),
    'missing_version',
    /1 were made by nothing/,
  ],
  [
    'a movement that only a customer asked for, without an answer',
    change('adds', { ...by('bob'), answer: undefined }),
    'change_without_request',
    /movement of 10, to 12, that made version 7/,
  ],
  [
    'a stale list of orders',
    plus({
      ...{ is: 'list_orders', ...at('ada', 240, 255), of: 'ada' },
      answer: { orders: [order('A', 'confirmed', 2)] },
    }),
    'stale_read',
    /Version 2 of order A was shown.*list the orders of ada/,
  ],
  [
    'a change of an order over a version that it no longer had',
    change('ships', { seen: 1 }),
    'change_without_request',
    /Order B became shipped, and no client who may asked for that/,
  ],
  [
    'an answer about another order',
    plus({ is: 'read_order', ...at('dan', 240, 255), order: 'A', answer: order('B', 'shipped', 3) }),
    'wrong_state',
    /^Another one was asked for: \[dan/m,
  ],
  [
    'an answer about another product',
    plus({ is: 'read_product', ...at('dan', 300, 310), product: 'kettle', answer: tea(5, 8) }),
    'wrong_state',
    /^Another one was asked for: \[dan/m,
  ],
  [
    'a product that is shown after its removal',
    plus(removed('tea', 275, 278), read(300, 310, tea(5, 8))),
    'lost_change',
    /^Product tea was removed before/m,
  ],
  [
    'a product that is sold after its removal',
    plus(removed('tea', 62, 65)),
    'lost_change',
    /^Order A bought product tea, which was removed before/m,
  ],
  ['stores that do not agree with themselves', change('tea', { stock: 9 }), 'store', /^Invariant 2/],
]

suite('a history', () => {
  test('that is correct has no fault', () => {
    const { faults, skipped, operations } = checkHistory(CORRECT)
    assert.deepEqual(faults, [])
    assert.equal(skipped.size, 0)
    assert.equal(operations, CORRECT.filter((line) => 'client' in line).length)
  })

  for (const [what, lines, kind, sentence] of PLANTED) {
    test(`with ${what} is refused`, () => {
      const found = checkHistory(lines).faults.filter((fault) => fault.kind === kind)
      assert.ok(found.length > 0, `Only: ${JSON.stringify(checkHistory(lines).faults, null, 1)}`)
      assert.match(found.map((fault) => fault.sentence).join('\n'), sentence)
    })
  }

  test('that is correct has no fault, in whatever order its stores were read', () => {
    const at = CORRECT.findIndex(({ is }) => is === 'stores') + 1
    const lines = [...CORRECT.slice(0, at), ...CORRECT.slice(at).reverse()]
    assert.deepEqual(checkHistory(lines).faults, [])
  })

  test('has what the callers may see and do: admins everything, owners their own, all others nothing (invariant 10)', () => {
    const refused = { answer: { refused: 'forbidden' } }
    const all = [order('A', 'cancelled', 4), order('B', 'shipped', 3)]
    const lines: Line[] = [
      { ...{ is: 'read_order', ...at('dan', 240, 255), order: 'A' }, answer: all[0] },
      { ...{ is: 'list_orders', ...at('dan', 240, 255), of: null }, answer: { orders: all } },
      { ...{ is: 'list_orders', ...at('dan', 240, 255), of: 'bob' }, answer: { orders: all.slice(1) } },
      { ...{ is: 'list_orders', ...at('bob', 240, 255), of: 'bob' }, answer: { orders: all.slice(1) } },
      { ...{ is: 'list_orders', ...at('bob', 240, 255), of: 'ada' }, ...refused },
      { ...{ is: 'read_order', ...at('bob', 320, 330), order: 'A', answer: { refused: 'order_not_found' } } },
      {
        ...{ is: 'use_route', ...at('dan', 1, 2), route: 'GET /users', access: 'admin' },
        answer: { served: true },
      },
      { ...{ is: 'use_route', ...at('bob', 1, 2), route: 'GET /users', access: 'admin' }, ...refused },
      { ...{ is: 'change_order', ...at('bob', 1, 400), order: 'A', to: 'cancelled' }, ...refused },
      { ...{ is: 'adjust_stock', ...at('bob', 1, 2), key: null, product: 'tea', delta: 1 }, ...refused },
      {
        ...{ is: 'read_product', ...at('anonymous', 1, 5), ...ANONYMOUS, product: 'tea' },
        answer: { refused: 'product_not_found' },
      },
    ]
    assert.deepEqual(checkHistory(plus(...lines)).faults, [])
  })

  test('every kind of fault is planted', () => {
    const kinds = new Set(PLANTED.map(([, , kind]) => kind))
    assert.deepEqual([...kinds].sort(), [...FAULT_KINDS].sort())
  })

  test('without an answer, a change may have happened, or not, or happen much later', () => {
    const unanswered = (line: Line): Line =>
      'client' in line ? ({ ...line, answer: undefined, returned: undefined } as Line) : line
    assert.deepEqual(checkHistory(CORRECT.map(unanswered)).faults, [])
    const more: Operation[] = [
      {
        is: 'place_order',
        ...by('x'),
        called: 1,
        key: 'x',
        lines: [one('tea', 1)],
        totalMinor: 5,
      },
      { is: 'adjust_stock', ...by('dan'), called: 1, key: 'y', product: 'tea', delta: 1 },
      { is: 'edit_product', ...by('dan'), called: 1, product: 'tea', priceMinor: 9, writesText: true },
    ]
    assert.deepEqual(checkHistory([...CORRECT, ...more]).faults, [])
  })

  test('with many faults of a kind lists some of them, and counts all', () => {
    const reads = Array.from({ length: FAULTS_OF_A_KIND_MAX + 3 }, () => read(155, 158, kettle(2, 3)))
    const { faults, counts } = checkHistory(plus(...reads))
    assert.equal(faults.length, FAULTS_OF_A_KIND_MAX)
    assert.deepEqual([...counts], [['stale_read', reads.length]])
  })

  test('with a rejection whose price has too many possible sums says that it was not checked', () => {
    const check = (count: number) => {
      const ids = Array.from({ length: count }, (_, i) => `${i}`)
      const lines = ids.map((id) => one(id, 1))
      const rejection = {
        reason: 'price_changed',
        unknownProducts: [],
        shortages: [],
        totalMinor: 2 ** count - 1,
      }
      return checkHistory([
        ...ids.map((product, i): Line => {
          const answer = { product, version: 1, stock: 0, priceMinor: 2 ** i, text: '' }
          return { is: 'create_product', ...at('admin', 1, 2), stock: 0, priceMinor: 2 ** i, answer }
        }),
        ...ids.map(
          (product): Line => ({
            ...{ is: 'edit_product', ...by('admin'), called: 3, product, priceMinor: 0, writesText: false },
          }),
        ),
        {
          ...{ is: 'place_order', ...at('ada', 4, 5), key: 'k', lines, totalMinor: 7 },
          answer: { ...order('O', 'rejected', 2), rejection },
        },
        { is: 'stores' },
        ...ids.map(
          (id, i): Line => ({
            ...{ is: 'product', id, stock: 0, reserved: 0, version: 1, editVersion: 1, priceMinor: 2 ** i },
          }),
        ),
        {
          ...{ is: 'order', id: 'O', userId: 'ada', key: 'k', status: 'rejected', version: 2, totalMinor: 7 },
          ...{ lines: ids.map((id) => priced(id, 1, null)), history: ['pending', 'rejected'] },
        },
      ])
    }
    const most = Math.floor(Math.log2(SUMS_MAX))
    assert.deepEqual([check(most).faults, check(most).skipped.size], [[], 0])
    const { faults, skipped } = check(most + 1)
    assert.deepEqual([faults, [...skipped.values()]], [[], [1]])
  })

  test('with more versions than fit into memory cannot be checked', () => {
    const lines = (version: number): Line[] => [
      { is: 'stores' },
      { is: 'product', id: 'p', stock: 0, reserved: 0, version, editVersion: 1, priceMinor: 1 },
    ]
    assert.throws(() => checkHistory(lines(PLACES_MAX)), UncheckableHistory)
  })

  test('without records of the stores cannot be checked', () => {
    const end = CORRECT.findIndex(({ is }) => is === 'stores')
    assert.throws(() => checkHistory(CORRECT.slice(0, end)), UncheckableHistory)
  })

  test(`of a shop that does one thing after the other is accepted, however its operations overlap`, () =>
    byChance(async (chance) => {
      for (let i = 0; i < SEEDS; i++) {
        const seed = chance.between(0, 2 ** 31)
        const lost = chance.pick([0, 5, 30])
        const overlap = chance.pick([0, 3, 20, 200])
        const products = chance.between(3, 9)
        const lines = generateHistory({ seed, operations: OPERATIONS, products, stock: 15, overlap, lost })
        assert.deepEqual(checkHistory(lines).faults, [], `seed ${seed}, lost ${lost}, overlap ${overlap}`)
      }
    }))

  for (const products of [1, 300]) {
    test(`takes a number of steps that grows nearly as its size: ${products} products`, (t) => {
      const ratio = stepsOf(TIMES * SIZE, products) / stepsOf(SIZE, products)
      t.diagnostic(`${TIMES} times the operations, ${ratio.toFixed(1)} times the steps`)
      assert.ok(ratio < RATIO_MAX, `${TIMES} times the operations took ${ratio.toFixed(1)} times the steps`)
    })
  }
})

/** Not optimized: code that is inlined is not counted. */
const COUNTED = ['--no-opt', '--no-maglev', '--no-sparkplug', join(import.meta.dirname, 'count_steps.ts')]

function stepsOf(operations: number, products: number): number {
  const { stdout, stderr } = spawnSync(process.execPath, [...COUNTED, `${operations}`, `${products}`], {
    encoding: 'utf8',
  })
  assert.match(stdout, /^\d+$/, stderr)
  return Number(stdout)
}
