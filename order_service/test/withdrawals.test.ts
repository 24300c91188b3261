/**
 * Withdrawals, with the real product service, payment service and simulator.
 *
 *  W1. A statement is recorded as it was made; the answer does not reveal whether there is such an order.
 *  W2. Its receipt is handed over until it was accepted.
 *  W3. Only a statement with number and e-mail address of an order changes it.
 */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ServiceUnreachable } from '@shop/service_kit/calls/service_client'
import { createMetrics } from '@shop/service_kit/runtime/metrics'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import {
  declareWithdrawal,
  RECEIPTS_OF_ADDRESS_MAX,
  RECEIPTS_OF_BUYER_MAX,
  STATEMENTS_OF_ADDRESS_MAX,
} from '../src/domain/handle_withdrawals.ts'
import { createOldWithdrawals } from '../src/domain/old_withdrawals.ts'
import type { CrashPoint } from '../src/domain/ports.ts'
import { PROVEN_OF_ORDER_MAX, WITHDRAWALS_OF_CLIENT_MAX } from '../src/http/withdrawal_routes.ts'
import { withdrawalGauges } from '../src/settler.ts'
import { startReturnShop } from './returned_orders.ts'
import { orderTokens } from './shop.ts'

const DAY_MS = 24 * 60 * 60_000
const of = (number: number | string, more: object = {}) => ({
  ...{ order_number: `#${number}`, name: 'Ada Byron', email: 'ADA@example.org', language: 'de' },
  ...more,
})

suite('withdrawals', () => {
  test('W1, W2, W3: what was not shipped is cancelled, and the receipt has content, date and time', async (t) => {
    const { ask, order, pay, until, found, round, mails, books } = await startReturnShop(t)
    const { id } = await order()
    await pay(id)
    const { number } = (await until(id, 'confirmed')).order
    const declared = await ask(undefined, 'POST', '/withdrawals', of(number!), 'one')
    assert.equal(declared.status, 201, JSON.stringify(declared.body))
    const unknown = await ask(undefined, 'POST', '/withdrawals', of(99_999))
    assert.deepEqual([unknown.status, Object.keys(unknown.body)], [201, Object.keys(declared.body)])
    assert.deepEqual((await ask(undefined, 'POST', '/withdrawals', of(number!), 'one')).body, declared.body)
    await round('withdrawal')
    await until(id, 'cancelled', () => round('withdrawal'))
    assert.equal((await found(id)).order.history.at(-2)!.by, (await found(id)).order.userId)
    assert.deepEqual(books(), [{ captured: 0, refunded: 0 }])
    const { received_at } = declared.body
    assert.deepEqual(
      mails.find(({ id }) => id.endsWith(declared.body.id)),
      {
        ...{ id: `withdrawal:${declared.body.id}`, to: 'ADA@example.org', language: 'de' },
        kind: 'withdrawal_receipt',
        values: { name: 'Ada Byron', order_number: `#${number}`, goods: '', received_at },
      },
    )
    assert.equal(mails.length, 2)
    const { items } = (await ask('root', 'GET', '/withdrawals')).body
    assert.deepEqual(
      items.map(({ state, matched, order_id, receipt, history }: never) => [
        ...[state, matched, order_id, receipt],
        (history as { type: string }[]).map(({ type }) => type),
      ]),
      [
        ['open', false, null, 'sent', ['received', 'unmatched', 'receipt_sent']],
        ['done', true, id, 'sent', ['received', 'order_cancelled', 'receipt_sent']],
      ],
    )
    const closed = await ask('root', 'PUT', `/withdrawals/${items[0].id}`, {
      state: 'done',
      note: 'Wrong shop',
    })
    assert.deepEqual([closed.body.state, closed.body.note], ['done', 'Wrong shop'])
    assert.equal(
      (await ask('root', 'PUT', `/withdrawals/${id}`, { state: 'done' })).body.code,
      'withdrawal_not_found',
    )
  })

  test('W3: for what was shipped a return is opened, once, also by a process that dies; late is said, not refused', async (t) => {
    const { ask, shipped, round, dieAt, mails, runtime, put } = await startReturnShop(t, { stock: 20 })
    const places: CrashPoint[] = ['withdrawal_recorded', 'withdrawal_done', 'receipt_mailed']
    for (const [i, place] of places.entries()) {
      const { id, number } = await shipped()
      if (i === 0) {
        await put('root', id, { status: 'delivered' })
        runtime.pass(15 * DAY_MS)
      }
      dieAt(place)
      await ask(undefined, 'POST', '/withdrawals', of(number), 'key')
      await ask(undefined, 'POST', '/withdrawals', of(number), 'key')
      for (let n = 0; n < 3; n++) await round('withdrawal')
      const { items } = (await ask('ada', 'GET', `/orders/${id}/returns`)).body
      assert.deepEqual(
        items.map(({ state, lines }: { state: string; lines: { quantity: number }[] }) => [
          state,
          lines[0]!.quantity,
        ]),
        [['accepted', 2]],
        place,
      )
      const [stated, ...others] = (await ask('root', 'GET', '/withdrawals?state=done')).body.items
      assert.deepEqual(
        [stated.order_id, stated.return_id, stated.late, others.length],
        [id, items[0].id, i === 0, i],
      )
    }
    assert.equal(new Set(mails.map(({ id }) => id)).size, 3)
    const again = await ask(undefined, 'POST', '/withdrawals', of('10001'))
    await round('withdrawal')
    const [last] = (await ask('root', 'GET', '/withdrawals?limit=1')).body.items
    assert.deepEqual([last.id, last.history[1].type], [again.body.id, 'nothing_left'])
  })

  test('W3: number alone, or some goods, wait for an admin, and change nothing', async (t) => {
    const { ask, shipped, round, stores, runtime } = await startReturnShop(t)
    const { id, number } = await shipped()
    await ask(undefined, 'POST', '/withdrawals', of(number, { email: 'eve@example.org' }))
    await ask(undefined, 'POST', '/withdrawals', of(number, { goods: 'One of the two mugs' }))
    await round('withdrawal')
    const { items } = (await ask('root', 'GET', '/withdrawals?state=open')).body
    assert.deepEqual(
      items.map(({ matched, order_id, goods }: Record<string, unknown>) => [matched, order_id, goods]),
      [
        [true, id, 'One of the two mugs'],
        [false, id, null],
      ],
    )
    assert.deepEqual((await ask('ada', 'GET', `/orders/${id}/returns`)).body.items, [])
    const waits = /order_withdrawals_waiting_seconds\{.*state="open".*\} (\d+)/
    runtime.pass(DAY_MS)
    const metrics = createMetrics('order_service')
    await withdrawalGauges(stores.cases, metrics, runtime)()
    const text = await metrics.registry.metrics()
    assert.ok(Number(waits.exec(text)![1]) >= DAY_MS / 1000, text)
    assert.match(text, /order_withdrawals_waiting_seconds\{.*state="received".*\} 0\n/)
  })

  test('W3: units of a return that an admin may still refuse wait for an admin; the key of a buyer blocks no withdrawal', async (t) => {
    const { ask, shipped, round, lines } = await startReturnShop(t)
    const { id, number } = await shipped()
    const { body } = await ask(undefined, 'POST', '/withdrawals', of(number))
    await ask('ada', 'POST', `/orders/${id}/returns`, { lines: lines(1) }, `withdrawal:${body.id}`)
    await round('withdrawal')
    await ask(undefined, 'POST', '/withdrawals', of(number))
    await round('withdrawal')
    const { items } = (await ask('root', 'GET', '/withdrawals')).body
    assert.deepEqual(
      items.map(({ state, history }: { state: string; history: { type: string }[] }) => [
        state,
        history[1]!.type,
      ]),
      [
        ['open', 'needs_admin'],
        ['open', 'return_opened'],
      ],
    )
    const opened = (await ask('ada', 'GET', `/orders/${id}/returns`)).body.items
    assert.deepEqual(
      opened.map(({ state, lines }: { state: string; lines: { quantity: number }[] }) => [
        state,
        lines[0]!.quantity,
      ]),
      [
        ['requested', 1],
        ['accepted', 1],
      ],
    )
  })

  test('W3: of many statements with one address none changes its order by itself: a number can be guessed', async (t) => {
    const { ask, shipped, round, stores, runtime } = await startReturnShop(t)
    const { id, number } = await shipped()
    const statement = { name: 'Eve', email: 'Ada@Example.org', goods: undefined, language: 'en' } as const
    const ports = { cases: stores.cases, now: runtime.now, newId: systemRuntime.newId, reached: () => {} }
    for (let guess = number - STATEMENTS_OF_ADDRESS_MAX; guess <= number; guess++) {
      const said = { ...statement, orderNumber: `${guess}` }
      await declareWithdrawal({ ...ports, digest: (text) => text }, said, undefined)
    }
    await round('withdrawal')
    assert.deepEqual((await ask('ada', 'GET', `/orders/${id}/returns`)).body.items, [])
    const [{ state, matched, history }] = (await ask('root', 'GET', '/withdrawals?limit=1')).body.items
    assert.deepEqual([state, matched, history[1].type], ['open', true, 'needs_admin'])
  })

  test('W2: who orders with the address of a stranger has a number of receipts sent there', async (t) => {
    const { shipped, round, mails, stores, runtime } = await startReturnShop(t)
    const { number } = await shipped()
    const statement = { name: 'Ada', email: 'ada@example.org', goods: 'A mug', language: 'en' } as const
    const ports = { cases: stores.cases, now: runtime.now, newId: systemRuntime.newId, reached: () => {} }
    const declare = async (count: number) => {
      for (let n = 0; n < count; n++) {
        const said = { ...statement, orderNumber: `${number}` }
        await declareWithdrawal({ ...ports, digest: (text) => text }, said, undefined)
      }
      await round('withdrawal')
    }
    await declare(RECEIPTS_OF_ADDRESS_MAX + 2)
    assert.equal(mails.length, RECEIPTS_OF_ADDRESS_MAX + 2)
    await declare(RECEIPTS_OF_BUYER_MAX)
    assert.equal(mails.length, RECEIPTS_OF_ADDRESS_MAX + 2)
  })

  test('W2: a receipt waits for notification_service, and one that is refused is not sent again', async (t) => {
    const { ask, round, failMails, mails } = await startReturnShop(t)
    await ask(undefined, 'POST', '/withdrawals', of(1))
    failMails(new ServiceUnreachable('gone'))
    assert.deepEqual(await round('withdrawal'), { settled: 0, failed: 1 })
    failMails(undefined)
    assert.deepEqual([await round('withdrawal'), mails.length], [{ settled: 1, failed: 0 }, 1])
    await ask(undefined, 'POST', '/withdrawals', of(2))
    failMails(new ServiceUnreachable('no', { status: 400 }))
    assert.deepEqual(await round('withdrawal'), { settled: 1, failed: 0 })
    assert.equal((await ask('root', 'GET', '/withdrawals?limit=1')).body.items[0].receipt, 'refused')
  })

  test('what an admin closes before it was looked at owes at most its receipt; old ones that are done and owe none may be removed', async (t) => {
    const { ask, round, failMails, mails, stores } = await startReturnShop(t)
    const made: string[] = []
    for (let n = 0; n <= RECEIPTS_OF_ADDRESS_MAX; n++) {
      made.push((await ask(undefined, 'POST', '/withdrawals', of(99_000 + n))).body.id)
    }
    const [withheld, open, ...closed] = made.toReversed() as [string, string, ...string[]]
    for (const id of [withheld, ...closed]) {
      assert.equal((await ask('root', 'PUT', `/withdrawals/${id}`, { state: 'done' })).status, 200)
    }
    failMails(new ServiceUnreachable('gone'))
    assert.deepEqual(await round('withdrawal'), { settled: 0, failed: RECEIPTS_OF_ADDRESS_MAX })
    const old = createOldWithdrawals(stores.cases)
    const due = async () =>
      (await old.due(new Date(Date.now() + DAY_MS).toISOString(), undefined, 100)).items.map(({ id }) => id)
    assert.deepEqual(await due(), [withheld])
    failMails(undefined)
    await round('withdrawal')
    assert.equal(mails.length, RECEIPTS_OF_ADDRESS_MAX)
    assert.deepEqual(await due(), made.filter((id) => id !== open).toSorted())
    const { items, next } = await old.due(new Date(Date.now() + DAY_MS).toISOString(), undefined, 2)
    assert.deepEqual([items.length, next, await old.remove(items)], [2, items[1]!.id, 2])
    assert.deepEqual((await old.due(new Date(Date.now() - DAY_MS).toISOString(), undefined, 9)).items, [])
    const left = (await ask('root', 'GET', '/withdrawals')).body.items
    assert.deepEqual([left.length, left[1].id], [RECEIPTS_OF_ADDRESS_MAX - 1, open])
  })

  test('one client makes a number of statements in an hour; a stranger gets a few receipts a day, who knows the order gets theirs', async (t) => {
    const { ask, shipped, round, mails } = await startReturnShop(t)
    const { number } = await shipped()
    for (let n = 1; n < WITHDRAWALS_OF_CLIENT_MAX; n++) {
      assert.equal((await ask(undefined, 'POST', '/withdrawals', of(n))).status, 201)
    }
    await ask(undefined, 'POST', '/withdrawals', of(number))
    const more = await ask(undefined, 'POST', '/withdrawals', of(1))
    assert.deepEqual([more.status, more.body.code], [429, 'too_many_withdrawals'])
    await round('withdrawal')
    assert.equal(mails.length, RECEIPTS_OF_ADDRESS_MAX + 1)
    assert.equal((await ask(undefined, 'POST', '/withdrawals', of(1))).status, 429)
    await round('withdrawal', 60 * 60_000)
    assert.equal((await ask(undefined, 'POST', '/withdrawals', of(1))).status, 201)
  })

  test('strangers who use up the statements of an hour keep no buyer from one: signed in, or with the token of the order', async (t) => {
    const { ask, order, found, send, body } = await startReturnShop(t)
    const { id } = await order()
    const placed = (await send('POST', '/orders', await body({ email: 'gil@example.org' }), 'gil')).json()
    const [number, guestNumber] = [(await found(id)).order.number!, (await found(placed.id)).order.number!]
    for (let n = 0; n < WITHDRAWALS_OF_CLIENT_MAX; n++) await ask(undefined, 'POST', '/withdrawals', of(n))
    const state = async (who: string | undefined, no: number | string, headers: object = {}) =>
      (await ask(who, 'POST', '/withdrawals', of(no), undefined, headers)).status
    assert.deepEqual(
      [await state(undefined, number), await state('bob', number), await state('ada', 1)],
      [429, 429, 429],
    )
    const wrong = { 'order-token': orderTokens.of(id) }
    assert.deepEqual(
      [await state(undefined, guestNumber, wrong), await state(undefined, number, wrong)],
      [429, 429],
    )
    const right = { 'order-token': orderTokens.of(placed.id) }
    assert.equal(await state(undefined, number, right), 429)
    for (let n = 0; n < PROVEN_OF_ORDER_MAX; n++) {
      assert.equal(await state('ada', `${number}`), 201)
      assert.equal(await state(undefined, guestNumber, right), 201)
    }
    assert.deepEqual([await state('ada', number), await state(undefined, guestNumber, right)], [429, 429])
  })

  test('an admin closes several at once, each as it was seen', async (t) => {
    const { ask, round } = await startReturnShop(t)
    const ids: string[] = []
    for (let n = 1; n <= 4; n++)
      ids.push((await ask(undefined, 'POST', '/withdrawals', of(90_000 + n))).body.id)
    await round('withdrawal')
    const listed = async () =>
      (await ask('root', 'GET', '/withdrawals')).body.items as { id: string; version: number }[]
    const seen = new Map((await listed()).map(({ id, version }) => [id, version]))
    await ask('root', 'PUT', `/withdrawals/${ids[0]}`, { state: 'done' })
    const none = '01890000-0000-7000-8000-0000000000ff'
    const items = [
      { id: ids[0]!, version: seen.get(ids[0]!)! },
      { id: ids[1]!, version: seen.get(ids[1]!)! - 1 },
      { id: ids[2]!, version: seen.get(ids[2]!)! },
      { id: none, version: 1 },
    ]
    const close = async () =>
      (await ask('root', 'PUT', '/withdrawals', { state: 'done', items, note: 'Junk' })).body.items
    const results = ['done', 'changed', 'closed', 'not_found']
    assert.deepEqual(
      await close(),
      items.map(({ id }, i) => ({ id, result: results[i] })),
    )
    assert.equal((await close())[2].result, 'done')
    const open = (await ask('root', 'GET', '/withdrawals?state=open')).body.items
    assert.deepEqual(
      open.map(({ id }: { id: string }) => id),
      [ids[3], ids[1]],
    )
    const done = (await ask('root', 'GET', '/withdrawals?state=done')).body.items
    assert.deepEqual(
      done.map(({ id, note }: { id: string; note: string | null }) => [id, note]),
      [
        [ids[2], 'Junk'],
        [ids[0], null],
      ],
    )
  })
})
