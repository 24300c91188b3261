/** What the stores record in the audit log (src/domain/audit.ts), together with the change or not at all. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { AuditEntry } from '@shop/service_kit/audit/entry'
import { OPERATOR, SYSTEM } from '../src/domain/author.ts'
import type { Stores } from '../src/domain/ports.ts'
import { aKey } from './key_store_contract.ts'
import { type AuditedStores, newId, type OpenPair, type Scope, START, START_AT } from './support.ts'
import { account } from './user_store_contract.ts'

const ROOT = newId()
const HASH = '$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$2'
const LIMITS = { freeAttempts: 3, firstPauseMs: 1, longestPauseMs: 8, forgetAfterMs: 60_000 }

export const entriesIn = ({ auditLog }: AuditedStores): Promise<readonly AuditEntry[]> =>
  auditLog.page({ filter: undefined, before: undefined, limit: 100 })

/** By whom, what, of which subject, and each change as text; oldest first. */
export async function recorded(stores: AuditedStores): Promise<readonly (readonly string[])[]> {
  return (await entriesIn(stores))
    .toReversed()
    .map(({ by, action, subject, changes }) => [
      by,
      action,
      subject.id,
      ...changes.map(({ field, before, after }) => `${field}: ${before} -> ${after}`),
    ])
}

export function auditContract(name: string, open: OpenPair) {
  suite(`audit log of accounts and keys (${name})`, () => {
    test('a role: one entry for each change, none for the same role or a refused one', async (t) => {
      const [stores, other] = await open(t)
      const ada = account('ada')
      await stores.users.add(ada)
      await stores.users.setRole(ada.id, 'admin', () => START, ROOT)
      await stores.users.setRole(ada.id, 'admin', () => START, ROOT)
      await assert.rejects(
        stores.users.setRole(ada.id, 'customer', () => START, ROOT),
        { code: 'last_admin' },
      )
      await assert.rejects(
        stores.users.setRole(newId(), 'admin', () => START, ROOT),
        { code: 'user_not_found' },
      )
      const [entry, ...others] = await entriesIn(other)
      assert.deepEqual(others, [])
      assert.deepEqual(entry, {
        id: entry!.id,
        at: START_AT,
        by: ROOT,
        action: 'account.role_changed',
        subject: { type: 'account', id: ada.id, name: null },
        changes: [{ field: 'role', before: 'customer', after: 'admin' }],
        note: null,
        requestId: null,
      })
    })

    test('an account made by the operator, once; a registration is not recorded', async (t) => {
      const [stores] = await open(t)
      const [root, ada] = [account('root', 'admin'), account('ada')]
      await stores.users.add(root, OPERATOR)
      await assert.rejects(stores.users.add(account('Root', 'admin'), OPERATOR), { code: 'username_taken' })
      await stores.users.add(ada)
      assert.deepEqual(await recorded(stores), [
        [OPERATOR, 'account.created', root.id, 'role: null -> admin'],
      ])
    })

    test('a password that the operator reset; neither that of its owner nor one from an older version', async (t) => {
      const [stores] = await open(t)
      const ada = account('ada')
      await stores.users.add(ada)
      assert.equal(await stores.users.changePassword(ada.id, 1, HASH, () => START), true)
      assert.equal(await stores.users.changePassword(ada.id, 1, HASH, () => START, { by: OPERATOR }), false)
      assert.deepEqual(await recorded(stores), [])
      assert.equal(await stores.users.changePassword(ada.id, 2, HASH, () => START, { by: OPERATOR }), true)
      assert.deepEqual(await recorded(stores), [
        [OPERATOR, 'account.password_reset', ada.id, 'password_version: 2 -> 3'],
      ])
      assert.ok(!JSON.stringify(await entriesIn(stores)).includes('argon2id'))
    })

    test('a deleted account, once, and without its name', async (t) => {
      const [stores] = await open(t)
      const [ada, root] = [account('ada'), account('root', 'admin')]
      for (const each of [ada, root]) await stores.users.add(each)
      assert.equal(await stores.users.erase(root.id, () => START, OPERATOR), false)
      assert.equal(await stores.users.erase(ada.id, () => START, OPERATOR), true)
      assert.equal(await stores.users.erase(ada.id, () => new Date(START.getTime() + 1), OPERATOR), false)
      assert.deepEqual(await recorded(stores), [[OPERATOR, 'account.deleted', ada.id]])
      assert.ok(!JSON.stringify(await entriesIn(stores)).includes('"ada"'))
    })

    test('failed logins that the operator removed; none if there were none', async (t) => {
      const [stores] = await open(t)
      const of = { accountId: newId(), at: START, by: OPERATOR }
      await stores.throttle.take(
        ['a', 'b', 'c'].map((key) => ({ key, limits: LIMITS })),
        () => START,
      )
      await stores.throttle.unlock(['a', 'b', 'unknown'], of)
      await stores.throttle.unlock(['a', 'b'], of)
      await stores.throttle.clear(['c'])
      assert.deepEqual(await stores.throttle.startingWith('', { limit: 9 }), [])
      assert.deepEqual(await recorded(stores), [
        [OPERATOR, 'account.unlocked', of.accountId, 'failed_login_records: 2 -> 0'],
      ])
    })

    test('a key that was added, withdrawn or retired, once each; never the key itself', async (t) => {
      const [stores] = await open(t)
      const [one, two] = [await aKey(1), await aKey(2)]
      await stores.keys.add(one, SYSTEM)
      assert.equal(await stores.keys.add(await aKey(1), SYSTEM), false)
      await stores.keys.add(two, OPERATOR)
      await stores.keys.remove([one.kid, 'unknown'], { how: 'withdrawn', at: START, by: OPERATOR })
      await stores.keys.remove([one.kid], { how: 'withdrawn', at: START, by: OPERATOR })
      await stores.keys.remove([two.kid], { how: 'retired', at: START, by: SYSTEM })
      assert.deepEqual(await recorded(stores), [
        [SYSTEM, 'key.added', one.kid, 'generation: null -> 1', `signs_from: null -> ${START_AT}`],
        [OPERATOR, 'key.added', two.kid, 'generation: null -> 2', `signs_from: null -> ${START_AT}`],
        [OPERATOR, 'key.withdrawn', one.kid, 'generation: 1 -> null'],
        [SYSTEM, 'key.retired', two.kid, 'generation: 2 -> null'],
      ])
      const text = JSON.stringify(await entriesIn(stores))
      for (const secret of [one.jwk.d, two.jwk.d, one.jwk.x]) assert.ok(!text.includes(secret))
    })

    test('of many that give one role at once, one is recorded', async (t) => {
      const [here, there] = await open(t)
      const ada = account('ada')
      await here.users.add(ada)
      await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          (i % 2 ? here : there).users.setRole(ada.id, 'admin', () => START, ROOT),
        ),
      )
      assert.equal((await recorded(here)).length, 1)
    })
  })
}

export type Refusing = { readonly stores: AuditedStores; refuseEntries(): Promise<void> }

/** `refuseEntries` makes the store refuse every entry from then on, and nothing else. */
export function auditAtomicityContract(name: string, make: (t: Scope) => Promise<Refusing>) {
  suite(`a change without its entry (${name})`, () => {
    const changes: Record<string, (stores: Stores, id: string, kid: string) => Promise<unknown>> = {
      'a role': ({ users }, id) => users.setRole(id, 'admin', () => START, ROOT),
      'an account of the operator': ({ users }) => users.add(account('eve', 'admin'), OPERATOR),
      'a reset password': ({ users }, id) => users.changePassword(id, 1, HASH, () => START, { by: OPERATOR }),
      'a deletion': ({ users }, id) => users.erase(id, () => START, OPERATOR),
      'an unlocked account': ({ throttle }, accountId) =>
        throttle.unlock(['a'], { accountId, at: START, by: OPERATOR }),
      'a new key': async ({ keys }) => keys.add(await aKey(2), SYSTEM),
      'a withdrawn key': ({ keys }, _, kid) =>
        keys.remove([kid], { how: 'withdrawn', at: START, by: OPERATOR }),
    }
    for (const [what, change] of Object.entries(changes)) {
      test(`${what} is not stored`, async (t) => {
        const { stores, refuseEntries } = await make(t)
        const [ada, key] = [account('ada'), await aKey(1)]
        await stores.users.add(ada)
        await stores.keys.add(key, SYSTEM)
        await stores.throttle.take([{ key: 'a', limits: LIMITS }], () => START)
        const state = async () => [
          await stores.users.find(ada.id),
          await stores.users.findByName('eve'),
          await stores.keys.list(),
          await stores.throttle.startingWith('', { limit: 9 }),
          await recorded(stores),
        ]
        const before = await state()
        await refuseEntries()
        await assert.rejects(change(stores, ada.id, key.kid))
        assert.deepEqual(await state(), before)
      })
    }
  })
}
