/**
 * What the pages know of statuses is the order service's: its moves and final statuses come with the orders and the
 * generated client, and the pages name a status in one file alone and in the catalogues, which have a label for each.
 */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { EXPECTED_STATUSES, FINAL_STATUSES } from '@shop/client/generated/order_statuses'
import * as service from '@shop/order_service/domain/order'
import type { OrderStatus } from '../../web/src/api/types.ts'
import { en, type Texts } from '../../web/src/language/en/texts.ts'
import { isRejection, REJECTION_REASONS } from '../../web/src/orders/rejection.ts'
import {
  actionsOf,
  CLOSED,
  isFinal,
  OPEN,
  PAYING,
  STATUS,
  stepsAfter,
  TARGETS,
} from '../../web/src/orders/status.ts'

const SOURCES = join(import.meta.dirname, '../../web/src')
const THE_FILE = 'orders/status.ts'
const byName = (names: readonly string[]) => names.toSorted()

suite('statuses in the pages are those of the order service', () => {
  test('the generated lists are those of its table', () => {
    assert.deepEqual([...FINAL_STATUSES], service.ORDER_STATUSES.filter(service.isFinal))
    assert.deepEqual([...EXPECTED_STATUSES], service.EXPECTED_STATUSES)
  })

  test('each has a label, and so has each status action and each reason of a rejection', () => {
    for (const statuses of [STATUS, en.status]) {
      assert.deepEqual(byName(Object.keys(statuses)), byName(service.ORDER_STATUSES))
    }
    for (const targets of [TARGETS, Object.keys(en.statusActions)]) {
      assert.deepEqual(byName(targets), byName(service.REQUESTABLE_STATUSES))
    }
    for (const reasons of [REJECTION_REASONS, Object.keys(en.rejections)]) {
      assert.deepEqual(byName(reasons), byName(service.REJECTION_REASONS))
    }
  })

  test('one without a label does not compile', () => {
    const { pending, ...others } = en.status
    const { shipped, ...moves } = en.statusActions
    const { price_changed, ...reasons } = en.rejections
    // @ts-expect-error: a status without a label
    const statuses: Texts['status'] = others
    // @ts-expect-error: an action without a label
    const moving: Texts['statusActions'] = moves
    // @ts-expect-error: a reason without text
    const rejections: Texts['rejections'] = reasons
    for (const incomplete of [statuses, moving, rejections]) assert.ok(Object.keys(incomplete).length > 0)
  })

  test('the board has a column for each, in the order of the labels', () => {
    assert.deepEqual([OPEN, PAYING, CLOSED].flat().toSorted(), byName(service.ORDER_STATUSES))
    assert.deepEqual(OPEN, ['pending', 'confirmed', 'shipped', 'cancelling'])
    assert.deepEqual(PAYING, ['awaiting_payment', 'capturing'])
    assert.deepEqual(CLOSED, ['delivered', 'cancelled', 'rejected'])
    for (const status of service.ORDER_STATUSES) assert.equal(isFinal(status), service.isFinal(status))
  })

  test('a timeline shows the steps still to come, unless the order was cancelled or declined', () => {
    const ahead: Record<OrderStatus, OrderStatus[]> = {
      pending: ['confirmed', 'shipped', 'delivered'],
      awaiting_payment: ['confirmed', 'shipped', 'delivered'],
      capturing: ['shipped', 'delivered'],
      confirmed: ['shipped', 'delivered'],
      shipped: ['delivered'],
      delivered: [],
      rejected: [],
      cancelling: [],
      cancelled: [],
    }
    for (const status of service.ORDER_STATUSES) assert.deepEqual(stepsAfter(status), ahead[status], status)
  })

  test('buttons are those that the order allows, in their own order', () => {
    assert.deepEqual(actionsOf({ allowed: ['cancelled', 'shipped'] }), ['shipped', 'cancelled'])
    assert.deepEqual(actionsOf({ allowed: ['delivered'] }), ['delivered'])
    assert.deepEqual(actionsOf({ allowed: [] }), [])
  })

  test('a problem that leaves a rejected order is distinguished from others', () => {
    assert.ok(isRejection('price_changed'))
    for (const code of ['validation_failed', 'toString', '']) assert.ok(!isRejection(code), code)
  })
})

suite(`a status is named only in ${THE_FILE}`, () => {
  const status = `(?:${service.ORDER_STATUSES.join('|')})`
  /** As text, as a key of an object or type, or as a member. */
  const NAMED = new RegExp(
    `['"\`]${status}['"\`]|^\\s*${status}\\??:|[{,]\\s*${status}:|\\.${status}\\b`,
    'm',
  )
  const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  const names = (text: string) => NAMED.test(withoutComments(text))

  for (const text of [
    `if (order.status === 'pending') return`,
    'const FINAL = ["delivered"]',
    'const NEXT = {\n  shipped: [],\n}',
    'const NEXT = { shipped: [] }',
    'STATUS.cancelled.label',
    'type Ends = { rejected?: string }'.replace('{ ', '{\n'),
  ]) {
    test(`noticed: ${text.replaceAll('\n', ' ')}`, () => assert.ok(names(text)))
  }
  for (const text of ['const { isPending } = query', '/** It is confirmed. */', 'order.status']) {
    test(`not a status: ${text}`, () => assert.ok(!names(text)))
  }

  test('in every source of the pages', () => {
    const files = globSync('**/*.{ts,tsx}', { cwd: SOURCES })
    assert.ok(files.length > 80 && files.includes(THE_FILE))
    assert.deepEqual(
      files.filter(
        // An import can be cancelled too, and the refund of a return is pending.
        (file) =>
          !file.startsWith('language/') &&
          !file.startsWith('admin/import/') &&
          !file.startsWith('admin/returns/') &&
          names(readFileSync(join(SOURCES, file), 'utf8')),
      ),
      [THE_FILE],
    )
  })
})
