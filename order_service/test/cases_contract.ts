/** What every store of cases promises (src/domain/cases.ts). */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { returnChanged } from '../src/domain/audit.ts'
import type { Case } from '../src/domain/cases.ts'
import {
  NO_RETURNS,
  type Receipt,
  type Return,
  type ReturnEntry,
  type ReturnsBody,
} from '../src/domain/returns.ts'
import { newWithdrawal, withEntry } from '../src/domain/withdrawals.ts'
import { type AuditedStores, entriesIn } from './audit_log_contract.ts'
import { ADA, AT, later, MUG, ROOT, uuid } from './samples.ts'

const TIME = AT.toISOString()
const SOON = later(1_000).toISOString()
const LATER = later(60_000).toISOString()

const entry = (at = TIME): ReturnEntry => ({
  ...{ type: 'requested', at, by: ADA, returnId: uuid(50), lines: [{ productId: MUG, quantity: 1 }] },
  ...{ receiptId: undefined, amountMinor: undefined },
})
const RETURNS: ReturnsBody = { ...NO_RETURNS, history: [entry()] }
const COMMON = {
  version: 1,
  attempts: 0,
  fence: 0,
  key: undefined,
  createdAt: TIME,
  updatedAt: TIME,
  erasedAt: undefined,
}

export const aReturn = (n: number, changes: Partial<Case<'return'>> = {}): Case<'return'> => ({
  ...{ kind: 'return', id: uuid(n), subject: uuid(n), state: 'requested', body: RETURNS, dueAt: undefined },
  ...COMMON,
  ...changes,
})
const STATEMENT = { orderNumber: '10042', name: 'Ada', email: 'ada@example.org', goods: undefined } as const
export const aWithdrawal = (n: number, changes: Partial<Case<'withdrawal'>> = {}): Case<'withdrawal'> => ({
  ...{ kind: 'withdrawal', id: uuid(n), subject: 'ada@example.org', state: 'received', dueAt: TIME },
  body: newWithdrawal({ ...STATEMENT, language: 'de' }, TIME, true),
  ...COMMON,
  ...changes,
})
const next = (found: Case<'return'>, changes: Partial<Case<'return'>> = {}): Case<'return'> => ({
  ...found,
  body: { ...found.body, history: [...found.body.history, entry(SOON)] },
  updatedAt: SOON,
  ...changes,
})

export function casesContract(
  name: string,
  open: (t: TestContext) => Promise<readonly [AuditedStores, AuditedStores]>,
) {
  suite(`cases, ${name}`, () => {
    test('one id and one key make one case, also at the same time', async (t) => {
      const [here, there] = await open(t)
      const added = await Promise.all(
        Array.from({ length: 6 }, (_, i) => [here, there][i % 2]!.cases.addOnce(aReturn(1))),
      )
      assert.equal(added.filter((each) => each.added).length, 1)
      for (const { stored } of added) assert.deepEqual(stored, aReturn(1))
      const keyed = await here.cases.addOnce(aWithdrawal(1, { key: 'k' }))
      assert.ok(keyed.added)
      assert.deepEqual(await there.cases.addOnce(aWithdrawal(2, { key: 'k' })), { ...keyed, added: false })
      assert.deepEqual(await there.cases.find('withdrawal', uuid(1)), keyed.stored)
      assert.deepEqual(await there.cases.findByKey('withdrawal', 'k'), keyed.stored)
      assert.equal(await there.cases.find('withdrawal', uuid(2)), undefined)
      assert.equal(await there.cases.findByKey('return', 'k'), undefined)
    })

    test('of changes of one version one is saved, with its audit entry; the fence is part of it (invariant 7)', async (t) => {
      const [here, there] = await open(t)
      const { stored } = await here.cases.addOnce(aReturn(1, { dueAt: TIME }))
      const audited = { by: ROOT, record: returnChanged(uuid(1), uuid(50), 'requested', 'accepted') }
      const outcomes = await Promise.allSettled(
        [here, there].map(({ cases }) => cases.save(next(stored, { state: 'accepted' }))),
      )
      assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
      const found = (await there.cases.find('return', uuid(1)))!
      assert.deepEqual([found.version, found.state, found.body.history.length], [2, 'accepted', 2])
      const changed = await here.cases.save(next(found), audited)
      await assert.rejects(there.cases.save(next(found), audited), { code: 'version_conflict' })
      assert.deepEqual(
        (await entriesIn(here)).map(({ action }) => action),
        ['return.changed'],
      )
      const [claimed] = await here.cases.claimDue('return', TIME, LATER, 5)
      await assert.rejects(there.cases.save(next(changed)), { code: 'version_conflict' })
      assert.equal((await there.cases.save(next(claimed!, { dueAt: undefined }))).version, 4)
      assert.equal((await here.cases.find('return', uuid(1)))!.dueAt, undefined)
    })

    test('what is due is claimed once for a lease, longest due first, and postponed', async (t) => {
      const [here, there] = await open(t)
      for (const n of [1, 2, 3]) await here.cases.addOnce(aReturn(n, { dueAt: later(-n).toISOString() }))
      await here.cases.addOnce(aReturn(4, { dueAt: LATER }))
      await here.cases.addOnce(aWithdrawal(5))
      assert.equal(await there.cases.oldestDue('return', TIME), later(-3).toISOString())
      const [first] = await there.cases.claimDue('return', TIME, LATER, 1)
      assert.deepEqual([first!.id, first!.fence, first!.attempts, first!.dueAt], [uuid(3), 1, 1, LATER])
      const both = await Promise.all(
        [here, there].map(({ cases }) => cases.claimDue('return', TIME, LATER, 5)),
      )
      assert.deepEqual(
        both
          .flat()
          .map(({ id }) => id)
          .toSorted(),
        [uuid(1), uuid(2)],
      )
      assert.equal(await here.cases.oldestDue('return', TIME), undefined)
      await here.cases.reschedule([
        { ...first!, dueAt: SOON },
        { ...both.flat()[0]!, fence: 0, dueAt: TIME },
      ])
      assert.deepEqual(
        (await there.cases.claimDue('return', SOON, LATER, 5)).map(({ id }) => id),
        [uuid(3)],
      )
      // A clock was fast: all of them wait too long.
      await here.cases.correctClockSkew('return', SOON, TIME)
      assert.equal((await there.cases.claimDue('return', TIME, LATER, 9)).length, 4)
    })

    test('what is hurried is due at once, under a new fence, so an earlier claim does not postpone it', async (t) => {
      const [here, there] = await open(t)
      for (const n of [1, 2]) await here.cases.addOnce(aReturn(n, { dueAt: n === 1 ? TIME : LATER }))
      await here.cases.addOnce(aReturn(3))
      await here.cases.addOnce(aWithdrawal(4, { dueAt: LATER }))
      const [claimed] = await here.cases.claimDue('return', TIME, LATER, 5)
      await there.cases.hurry('return', [1, 2, 3, 4, 5].map(uuid), SOON)
      await here.cases.reschedule([{ ...claimed!, dueAt: LATER }])
      await assert.rejects(here.cases.save(next(claimed!)), { code: 'version_conflict' })
      const due = await there.cases.claimDue('return', SOON, LATER, 5)
      assert.deepEqual(due.map(({ id, fence, attempts }) => [id, fence, attempts]).toSorted(), [
        [uuid(1), 3, 1],
        [uuid(2), 2, 1],
      ])
      // What is due already stays due since then.
      await here.cases.reschedule(due.map((each) => ({ ...each, dueAt: TIME })))
      await there.cases.hurry('return', [uuid(1)], SOON)
      assert.equal(await here.cases.oldestDue('return', TIME), TIME)
      assert.equal((await here.cases.find('return', uuid(1)))!.fence, 4)
      assert.equal(await there.cases.oldestDue('withdrawal', SOON), undefined)
      assert.equal((await there.cases.find('return', uuid(3)))!.dueAt, undefined)
    })

    test('lists are newest first, page by page, also of one state; subjects are counted; old ones are removed at their version', async (t) => {
      const [here, there] = await open(t)
      for (const n of [1, 2, 3, 4]) await here.cases.addOnce(aWithdrawal(n, n === 2 ? { state: 'open' } : {}))
      await here.cases.addOnce(aReturn(9))
      const ids = async (page: object) =>
        (await there.cases.list('withdrawal', { limit: 2, ...page })).map(({ id }) => Number(id.slice(-2)))
      assert.deepEqual(
        [await ids({}), await ids({ before: uuid(3) })],
        [
          [4, 3],
          [2, 1],
        ],
      )
      assert.deepEqual(
        [await ids({ state: 'received', before: uuid(4) }), await ids({ state: 'open' })],
        [[3, 1], [2]],
      )
      const count = (after: string, limit: number) =>
        there.cases.count('withdrawal', 'ada@example.org', after, limit)
      assert.deepEqual(await Promise.all([count(uuid(1), 9), count('', 2), count(uuid(4), 9)]), [3, 2, 0])
      assert.equal(await there.cases.count('withdrawal', 'bob@example.org', '', 9), 0)
      const old = await there.cases.oldest('withdrawal', 'received', uuid(4), '', 9)
      assert.deepEqual(
        old.map(({ id }) => id),
        [uuid(1), uuid(3)],
      )
      assert.deepEqual(await there.cases.oldest('withdrawal', 'received', uuid(4), uuid(1), 9), old.slice(1))
      assert.equal(await here.cases.remove([old[0]!, { ...old[1]!, version: 2 }]), 1)
      assert.deepEqual(await ids({ limit: 9 }), [4, 3, 2])
    })

    test('since when the oldest refund is owed that payment_service has not taken', async (t) => {
      const [here, there] = await open(t)
      const receipt = {
        id: uuid(60),
        refund: 'owed',
        restock: 'none',
        lines: [],
        by: ROOT,
      } as never as Receipt
      const one = {
        ...{ id: uuid(50), state: 'received', lines: [], by: ADA, at: TIME },
        receipts: [],
      } as never as Return
      const owing = (at: string, refund: Receipt['refund'] = 'owed'): ReturnsBody => ({
        ...RETURNS,
        returns: [{ ...one, receipts: [{ ...receipt, at, refund }] }],
      })
      assert.equal(await here.cases.oldestRefundOwed(), undefined)
      await here.cases.addOnce(aReturn(1))
      await here.cases.addOnce(aWithdrawal(1))
      assert.equal(await here.cases.oldestRefundOwed(), undefined)
      await here.cases.addOnce(aReturn(2, { body: owing(SOON) }))
      await here.cases.addOnce(aReturn(3, { body: owing(LATER) }))
      await here.cases.addOnce(aReturn(4, { body: owing(TIME, 'pending') }))
      await here.cases.addOnce(aReturn(5, { body: owing(TIME, 'unpaid') }))
      assert.equal(await there.cases.oldestRefundOwed(), SOON)
      const first = (await here.cases.find('return', uuid(1)))!
      const saved = await here.cases.save(next({ ...first, body: owing(TIME) }))
      assert.equal(await there.cases.oldestRefundOwed(), TIME)
      await here.cases.save(next({ ...saved, body: { ...owing(TIME, 'done'), history: saved.body.history } }))
      assert.equal(await there.cases.oldestRefundOwed(), SOON)
    })

    test('a case is listed until its events up to its version are published', async (t) => {
      const [here, there] = await open(t)
      const unpublished = there.cases.unpublished('withdrawal')
      const listed = async (now = TIME) =>
        (await unpublished.list(now, 9)).map(({ id, version, publishedVersion }) => [
          id,
          version,
          publishedVersion,
        ])
      const { stored } = await here.cases.addOnce(aWithdrawal(1))
      await here.cases.addOnce(aReturn(2))
      assert.deepEqual(await listed(), [[uuid(1), 1, 0]])
      const [read] = await unpublished.list(TIME, 9)
      assert.deepEqual(read!.found(), stored)
      await unpublished.postpone([uuid(1)], SOON)
      assert.deepEqual([await listed(), await listed(SOON)], [[], [[uuid(1), 1, 0]]])
      assert.deepEqual(await unpublished.backlog(), { count: 1, oldestAt: TIME })
      const body = withEntry(stored.body, 'unmatched', { at: SOON })
      await here.cases.save({ ...stored, body, state: 'open', updatedAt: SOON })
      await unpublished.markPublished([read!])
      assert.match(String((await listed(SOON))[0]), /,2,[01]$/)
      await unpublished.markPublished([{ id: uuid(1), version: 2 }])
      assert.deepEqual(await listed(LATER), [])
      assert.deepEqual(await unpublished.backlog(), { count: 0, oldestAt: undefined })
    })
  })
}
