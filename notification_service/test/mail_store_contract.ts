/** What every store of mails promises (src/domain/mail_ports.ts), on two connections. */
import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { NewMail } from '../src/domain/mail.ts'
import type { Stores } from '../src/domain/ports.ts'
import { AT } from './samples.ts'

const after = (ms: number) => new Date(Date.parse(AT) + ms).toISOString()

export const newMail = (id: string, more: Partial<NewMail> & { readonly to?: string } = {}): NewMail => {
  const { to = 'ada@example.com', ...rest } = more
  return {
    ...{ id, kind: 'new_sign_in', language: 'en', expiresAt: after(3_600_000) },
    content: { to, values: { username: 'ada', client: '', at: AT, 'a.b': { $c: 1 } } },
    ...rest,
  }
}

export function mailStoreContract(
  name: string,
  open: (t: TestContext) => Promise<readonly [Stores, Stores]>,
  { races = true } = {},
): void {
  suite(`${name}: mails`, () => {
    const due = async ({ mails }: Stores, ms = 0, limit = 9, without: readonly string[] = []) =>
      mails.due(after(ms), limit, without)
    const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id)
    const claim = async (stores: Stores, ms = 0) =>
      stores.mails.claim(await due(stores, ms), after(ms + 90_000))

    test('a mail is added once, whatever is asked for again (M1)', async (t) => {
      const [one, two] = await open(t)
      assert.equal(await one.mails.add([newMail('a'), newMail('b'), newMail('a')], AT), 2)
      assert.equal(await two.mails.add([newMail('b', { to: 'eve@example.com' }), newMail('c')], AT), 1)
      const claimed = await claim(two)
      assert.deepEqual(ids(claimed).toSorted(), ['a', 'b', 'c'])
      assert.deepEqual(
        claimed.find(({ id }) => id === 'b'),
        {
          ...newMail('b'),
          ...{ host: 'example.com', state: 'pending', attempts: 1, dueAt: after(90_000), fence: 1 },
          ...{ reason: null, createdAt: AT, updatedAt: AT },
        },
      )
    })

    test('mails of events and the position behind these are one change, made once', async (t) => {
      const [one, two] = await open(t)
      assert.equal(await one.mails.position(), 0)
      assert.equal(await one.mails.advance(0, 5, [newMail('order:a:1')], AT), true)
      assert.equal(await two.mails.advance(0, 5, [newMail('order:b:1')], AT), false)
      assert.equal(await two.mails.position(), 5)
      assert.equal(await two.mails.advance(5, 9, [], AT), true)
      assert.equal(await two.mails.advance(9, 10, [newMail('order:a:1')], AT), true)
      assert.equal(await one.mails.advance(5, 11, [], AT), false)
      assert.deepEqual([await one.mails.position(), ids(await due(one))], [10, ['order:a:1']])
    })

    test('those that wait longest come first; busy hosts are left out', async (t) => {
      const [one, two] = await open(t)
      await one.mails.add([newMail('b', { to: 'x@slow.example' })], AT)
      await one.mails.add([newMail('c', { to: 'y@slow.example' })], after(1))
      await one.mails.add([newMail('a', { to: 'x@fine.example' })], after(2))
      assert.deepEqual(ids(await due(two, 1)), ['b', 'c'])
      assert.deepEqual(ids(await due(two, 9, 2)), ['b', 'c'])
      assert.deepEqual(ids(await due(two, 9, 2, ['slow.example'])), ['a'])
    })

    test('one of two claims of a mail is good; when its lease ends it may be claimed again (M3)', async (t) => {
      const [one, two] = await open(t)
      await one.mails.add([newMail('a')], AT)
      const found = await due(one)
      const [first] = await one.mails.claim(found, after(90_000))
      assert.deepEqual(await two.mails.claim(found, after(90_000)), [])
      assert.deepEqual(await due(two, 89_999), [])
      const [second] = await two.mails.claim(await due(two, 90_000), after(180_000))
      assert.deepEqual([second!.attempts, second!.fence], [2, 2])
      const late = { id: 'a', fence: first!.fence, state: 'sent', dueAt: AT, reason: null } as const
      assert.equal(await one.mails.finish(late, AT), false)
      assert.equal(await two.mails.finish({ ...late, fence: second!.fence }, AT), true)
    })

    test('after a failure it is due again; when it is over it is not due any more, and its content is gone (M5)', async (t) => {
      const [one, two] = await open(t)
      await one.mails.add([newMail('a'), newMail('b')], AT)
      const [a, b] = (await claim(one)).toSorted((x, y) => x.id.localeCompare(y.id))
      const failed = { id: 'a', fence: 1, state: 'pending', dueAt: after(5_000), reason: '450' } as const
      assert.equal(await two.mails.finish(failed, after(1)), true)
      assert.deepEqual([ids(await due(one, 4_999)), ids(await due(one, 5_000))], [[], ['a']])
      const [again] = await two.mails.claim(await due(two, 5_000), after(90_000))
      assert.deepEqual([again!.reason, again!.content], ['450', a!.content])
      const over = { id: 'a', fence: 2, state: 'dead', dueAt: AT, reason: '550' } as const
      assert.equal(await one.mails.finish(over, after(6)), true)
      assert.equal(await one.mails.finish(over, after(6)), false)
      const sent = { id: 'b', fence: b!.fence, state: 'sent', dueAt: AT, reason: null } as const
      assert.equal(await one.mails.finish(sent, after(7)), true)
      assert.deepEqual(await due(one, 9_999_999), [])
      const [dead] = await two.mails.over('dead', 9)
      assert.deepEqual([dead!.content, dead!.host, dead!.reason, dead!.attempts], [null, '', '550', 2])
      assert.deepEqual(ids(await two.mails.over('sent', 9)), ['b'])
      // Known for as long as its row stays (M1).
      assert.equal(await two.mails.add([newMail('a')], AT), 0)
    })

    test('what has expired is dead, also while it is claimed', async (t) => {
      const [one, two] = await open(t)
      await one.mails.add([newMail('a'), newMail('b', { expiresAt: after(5) })], AT)
      const claimed = await claim(one)
      assert.equal(await two.mails.expire(after(4), 'too late', 9), 0)
      assert.equal(await two.mails.expire(after(5), 'too late', 9), 1)
      const { fence } = claimed.find(({ id }) => id === 'b')!
      const sent = { id: 'b', fence, state: 'sent', dueAt: AT, reason: null } as const
      assert.equal(await one.mails.finish(sent, AT), false)
      const [dead] = await one.mails.over('dead', 9)
      assert.deepEqual([dead!.id, dead!.reason, dead!.content], ['b', 'too late', null])
      await one.mails.add([newMail('c', { expiresAt: AT }), newMail('d', { expiresAt: AT })], AT)
      assert.deepEqual([await one.mails.expire(AT, '', 1), await one.mails.expire(AT, '', 9)], [1, 1])
    })

    test('the backlog is what is pending, and since when', async (t) => {
      const [one, two] = await open(t)
      assert.deepEqual(await one.mails.backlog(9), { pending: 0, oldestAt: undefined })
      await one.mails.add([newMail('b')], after(5))
      await one.mails.add([newMail('a')], AT)
      assert.deepEqual(await two.mails.backlog(9), { pending: 2, oldestAt: AT })
      assert.deepEqual(await two.mails.backlog(1), { pending: 1, oldestAt: AT }, 'no more are counted')
    })

    test('those that are over are removed when they are old, pending ones never', async (t) => {
      const [one, two] = await open(t)
      await one.mails.add([newMail('a'), newMail('b'), newMail('c')], AT)
      await claim(one)
      const finish = (id: string, state: 'sent' | 'dead', at: string) =>
        one.mails.finish({ id, fence: 1, state, dueAt: AT, reason: null }, at)
      await finish('a', 'sent', after(1))
      await finish('b', 'dead', after(2))
      assert.deepEqual(await two.oldMails.due(after(2), undefined, 9), { items: ['a'], next: undefined })
      const { items, next } = await two.oldMails.due(after(3), undefined, 2)
      assert.deepEqual([items.toSorted(), next], [['a', 'b'], 'more'])
      assert.equal(await two.oldMails.remove([...items, 'c']), 2)
      assert.deepEqual(await two.oldMails.due(after(3), 'more', 2), { items: [], next: undefined })
      assert.equal((await one.mails.backlog(9)).pending, 1)
    })

    test('of many at once one adds, one advances, and one claims', { skip: !races }, async (t) => {
      const both = await open(t)
      const all = <T>(run: (stores: Stores) => Promise<T>) =>
        Promise.all(Array.from({ length: 6 }, (_, i) => run(both[i % 2]!)))
      const added = await all(({ mails }) => mails.add([newMail('a')], AT))
      assert.equal(
        added.reduce((sum, n) => sum + n, 0),
        1,
      )
      const moved = await all(({ mails }) => mails.advance(0, 3, [newMail('order:a:1')], AT))
      assert.equal(moved.filter(Boolean).length, 1)
      const found = await due(both[0])
      const claimed = await all(({ mails }) => mails.claim(found, after(90_000)))
      assert.deepEqual(ids(claimed.flat()).toSorted(), ['a', 'order:a:1'])
    })
  })
}
