/** The contract of AuditLog (audit/entry.ts) and of the writes that add to it. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import {
  type AuditEntry,
  type AuditFilter,
  type AuditLog,
  type AuditRecord,
  CHANGES_MAX,
  ENTRY_BYTES_MAX,
  OPERATOR,
  SYSTEM,
  TEXT_LENGTH_MAX,
} from '../src/audit/entry.ts'
import { inContext } from '../src/runtime/request_context.ts'

export type OpenedLog = {
  readonly log: AuditLog
  /** Adds the record in a transaction that also counts; resolves the count. With `fail` the transaction throws at its end. */
  write(by: string | undefined, at: string, record: AuditRecord, fail?: Error): Promise<number>
  /** Resolves what `write` counted. */
  counted(): Promise<number>
}

export const AT = '2026-01-02T03:04:05.678Z'
const price = (id: string): AuditRecord => ({
  action: 'product.price_changed',
  subject: { type: 'product', id, name: 'Tea' },
  changes: [{ field: 'price', before: 1, after: 2 }],
})
const newest = (log: AuditLog, filter?: AuditFilter, limit = 100, before?: string) =>
  log.page({ filter, before, limit })
const subjects = (entries: readonly AuditEntry[]) => entries.map(({ subject }) => subject.id)

export function auditLogContract(name: string, open: (t: TestContext) => Promise<OpenedLog>) {
  suite(`AuditLog (${name})`, () => {
    test('an entry is read as it was written, with the id of the request', async (t) => {
      const { log, write } = await open(t)
      const of = { traceparent: undefined, requestIds: ['request-1', 'request-2'] }
      await inContext(of, () => write('root', AT, { ...price('a'), note: 'a sale' }))
      await write(OPERATOR, AT, {
        action: 'account.deleted',
        subject: { type: 'account', id: 'b' },
        changes: [],
      })
      const [second, first] = await newest(log)
      assert.deepEqual(first, {
        id: first!.id,
        at: AT,
        by: 'root',
        action: 'product.price_changed',
        subject: { type: 'product', id: 'a', name: 'Tea' },
        changes: [{ field: 'price', before: 1, after: 2 }],
        note: 'a sale',
        requestId: 'request-1',
      })
      assert.deepEqual(second, {
        id: second!.id,
        at: AT,
        by: OPERATOR,
        action: 'account.deleted',
        subject: { type: 'account', id: 'b', name: null },
        changes: [],
        note: null,
        requestId: null,
      })
    })

    test('1: if the transaction fails after the entry, neither it nor the change is stored', async (t) => {
      const { log, write, counted } = await open(t)
      await assert.rejects(write('root', AT, price('a'), new Error('refused')), /refused/)
      assert.deepEqual([await newest(log), await counted()], [[], 0])
      await write('root', AT, price('b'))
      assert.deepEqual([subjects(await newest(log)), await counted()], [['b'], 1])
    })

    test('1: without an author the change is stored, and no entry', async (t) => {
      const { log, write, counted } = await open(t)
      await write(undefined, AT, price('a'))
      assert.deepEqual([await newest(log), await counted()], [[], 1])
    })

    test('entries are listed newest first, in pages; each filter finds its own', async (t) => {
      const { log, write } = await open(t)
      for (const id of ['a', 'b', 'c', 'd']) await write(id < 'c' ? 'root' : SYSTEM, AT, price(id))
      await write('root', AT, { ...price('a'), action: 'product.deleted' })
      assert.deepEqual(subjects(await newest(log)), ['a', 'd', 'c', 'b', 'a'])
      const first = await newest(log, undefined, 2)
      const second = await newest(log, undefined, 2, first.at(-1)!.id)
      assert.deepEqual(
        [subjects(first), subjects(second)],
        [
          ['a', 'd'],
          ['c', 'b'],
        ],
      )
      assert.deepEqual(subjects(await newest(log, undefined, 2, second.at(-1)!.id)), ['a'])

      assert.deepEqual(subjects(await newest(log, { subject: 'a' })), ['a', 'a'])
      assert.deepEqual(subjects(await newest(log, { by: SYSTEM })), ['d', 'c'])
      assert.deepEqual(subjects(await newest(log, { action: 'product.deleted' })), ['a'])
      assert.deepEqual(subjects(await newest(log, { by: 'root' }, 2)), ['a', 'b'])
      const [last] = await newest(log, { by: 'root' }, 1)
      assert.deepEqual(subjects(await newest(log, { by: 'root' }, 9, last!.id)), ['b', 'a'])
      assert.deepEqual(await newest(log, { subject: 'unknown' }), [])
    })

    test('3: long texts are cut with a mark, never inside of a character', async (t) => {
      const { log, write } = await open(t)
      const long = `${'x'.repeat(TEXT_LENGTH_MAX - 1)}😀${'y'.repeat(99)}`
      const fits = 'z'.repeat(TEXT_LENGTH_MAX)
      await write('root', AT, {
        action: 'product.edited',
        subject: { type: 'product', id: 'a', name: long },
        changes: [{ field: 'description', before: long, after: fits }],
        note: long,
      })
      const [entry] = await newest(log)
      const cut = `${'x'.repeat(TEXT_LENGTH_MAX - 1)}… [101 more]`
      assert.deepEqual(
        [entry!.subject.name, entry!.changes, entry!.note],
        [cut, [{ field: 'description', before: cut, after: fits }], cut],
      )
    })

    test('3: the largest entry has ENTRY_BYTES_MAX at most, and is stored; one field more is an error', async (t) => {
      const { log, write, counted } = await open(t)
      // Six bytes of JSON each.
      const worst = '\u0001'.repeat(9_999)
      const change = { field: 'description', before: worst, after: worst }
      const record = (fields: number): AuditRecord => ({
        action: 'product.edited',
        subject: { type: 'product', id: 'a', name: worst },
        changes: Array.from({ length: fields }, () => change),
        note: worst,
      })
      await write('root', AT, record(CHANGES_MAX))
      const [entry] = await newest(log)
      const bytes = Buffer.byteLength(JSON.stringify(entry))
      assert.ok(bytes > ENTRY_BYTES_MAX - 3_000 && bytes <= ENTRY_BYTES_MAX, `${bytes}`)
      await assert.rejects(write('root', AT, record(CHANGES_MAX + 1)), /names 9 fields/)
      assert.equal(await counted(), 1)
    })
  })
}
