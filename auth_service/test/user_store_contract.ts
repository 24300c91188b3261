import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { OPERATOR } from '../src/domain/author.ts'
import type { Account, Role } from '../src/domain/ports.ts'
import { erasedUsername } from '../src/domain/usernames.ts'
import { newId, type OpenPair, START, START_AT } from './support.ts'

const HASH = '$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$'

export const account = (username: string, role: Role = 'customer'): Account => ({
  id: newId(),
  username,
  role,
  createdAt: START_AT,
  passwordHash: `${HASH}1`,
  passwordVersion: 1,
  tokenVersion: 1,
  email: null,
  verifiedEmail: null,
})

/** The contract of UserStore. */
export function userStoreContract(name: string, open: OpenPair) {
  suite(`UserStore (${name})`, () => {
    test('finds an added account by id and by canonical name', async (t) => {
      const [{ users }, other] = await open(t)
      const ada = account('Ada')
      await users.add(ada)
      assert.deepEqual(await other.users.find(ada.id), ada)
      assert.deepEqual(await other.users.findByName('ada'), ada)
    })

    test('an unknown account is undefined', async (t) => {
      const [{ users }] = await open(t)
      assert.equal(await users.find(newId()), undefined)
      assert.equal(await users.findByName('unknown'), undefined)
    })

    test('a name in use, in any case, is refused as username_taken', async (t) => {
      const [{ users }, other] = await open(t)
      const ada = account('Ada')
      await users.add(ada)
      await assert.rejects(other.users.add(account('aDA')), { code: 'username_taken' })
      assert.deepEqual(await users.findByName('ada'), ada)
    })

    test('of many concurrent additions of one name, exactly one succeeds', async (t) => {
      const pair = await open(t)
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => pair[i % 2]!.users.add(account(i % 3 ? 'ada' : 'ADA'))),
      )
      assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1)
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'username_taken')
      }
    })

    test('a changed password has the next version; a change from an older version changes nothing', async (t) => {
      const [{ users }] = await open(t)
      const ada = account('ada')
      await users.add(ada)
      assert.equal(await users.changePassword(ada.id, 1, `${HASH}2`, () => START), true)
      assert.equal(await users.changePassword(ada.id, 1, `${HASH}3`, () => START), false)
      assert.deepEqual(await users.find(ada.id), {
        ...ada,
        passwordHash: `${HASH}2`,
        passwordVersion: 2,
        tokenVersion: 2,
      })
      assert.equal(await users.changePassword(newId(), 1, `${HASH}2`, () => START), false)
    })

    test('of many concurrent changes of one password, exactly one succeeds', async (t) => {
      const pair = await open(t)
      const ada = account('ada')
      await pair[0].users.add(ada)
      const changed = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          pair[i % 2]!.users.changePassword(ada.id, 1, `${HASH}x${i}`, () => START),
        ),
      )
      const winner = changed.indexOf(true)
      assert.equal(changed.filter(Boolean).length, 1)
      assert.deepEqual(await pair[1].users.find(ada.id), {
        ...ada,
        passwordHash: `${HASH}x${winner}`,
        passwordVersion: 2,
        tokenVersion: 2,
      })
    })

    test('a rehash keeps the version, and changes nothing if the hash has changed', async (t) => {
      const [{ users }] = await open(t)
      const ada = account('ada')
      await users.add(ada)
      assert.equal(await users.rehash(ada.id, `${HASH}1`, `${HASH}2`), true)
      assert.equal(await users.rehash(ada.id, `${HASH}1`, `${HASH}3`), false)
      assert.deepEqual(await users.find(ada.id), { ...ada, passwordHash: `${HASH}2` })
    })

    test('setting a role resolves the user; a repetition is no error', async (t) => {
      const [{ users }] = await open(t)
      const { id, username, role, createdAt, passwordHash } = account('ada')
      const ada = { id, username, role, createdAt }
      await users.add({ ...ada, passwordHash })
      for (const _time of [1, 2]) {
        assert.deepEqual(await users.setRole(ada.id, 'admin', () => START, OPERATOR), {
          ...ada,
          role: 'admin',
        })
      }
    })

    test('a new role or password withdraws earlier tokens; the same role and a rehash do not', async (t) => {
      const [{ users }, other] = await open(t)
      const [ada, bob] = [account('ada'), account('bob')]
      for (const each of [ada, bob]) await users.add(each)
      const at = (ms: number) => new Date(START.getTime() + ms)
      const listed = async (since = START) =>
        (await other.users.withdrawals(since, 9)).map(({ userId, leastVersion }) => [userId, leastVersion])
      const version = async () => (await users.find(ada.id))?.tokenVersion
      await users.setRole(ada.id, 'customer', () => at(1), OPERATOR)
      await users.rehash(ada.id, `${HASH}1`, `${HASH}2`)
      assert.deepEqual([await version(), await listed()], [1, []])
      await users.setRole(ada.id, 'admin', () => at(2), OPERATOR)
      assert.deepEqual([await version(), await listed()], [2, [[ada.id, 2]]])
      await users.changePassword(ada.id, 1, `${HASH}3`, () => at(3))
      await users.setRole(bob.id, 'admin', () => at(4), OPERATOR)
      await users.setRole(ada.id, 'admin', () => at(5), OPERATOR)
      assert.equal(await version(), 3)
      assert.deepEqual(await listed(), [
        [bob.id, 2],
        [ada.id, 3],
      ])
      assert.deepEqual(await listed(at(3)), [[bob.id, 2]])
      assert.equal((await users.withdrawals(START, 1)).length, 1)
    })

    test('a change that waited before it was written has the time of its write', async (t) => {
      const [{ users }, other] = await open(t)
      const later = new Date(START.getTime() + 60_000)
      const changes: Record<string, (id: string, now: () => Date) => Promise<unknown>> = {
        password: (id, now) => users.changePassword(id, 1, `${HASH}2`, now),
        reset: (id, now) => users.changePassword(id, 1, `${HASH}2`, now, { by: OPERATOR }),
        role: (id, now) => users.setRole(id, 'admin', now, OPERATOR),
        deletion: (id, now) => users.erase(id, now, OPERATOR),
      }
      for (const [name, change] of Object.entries(changes)) {
        const changed = account(name)
        await users.add(changed)
        let time = START
        const done = change(changed.id, () => time)
        time = later
        await done
        const listed = await other.users.withdrawals(new Date(later.getTime() - 1), 9)
        assert.ok(
          listed.some(({ userId }) => userId === changed.id),
          name,
        )
      }
    })

    test('of accounts whose tokens changed at the same time, the list has the latest, and all of them', async (t) => {
      const [{ users }] = await open(t)
      const all = Array.from({ length: 7 }, (_, n) => account(`user_${n}`))
      for (const each of all) {
        await users.add(each)
        await users.setRole(each.id, 'admin', () => START, OPERATOR)
      }
      const before = new Date(START.getTime() - 1)
      const listed = async (limit: number) => (await users.withdrawals(before, limit)).length
      assert.deepEqual([await listed(3), await listed(7), await listed(9)], [3, 7, 7])
    })

    test('a role for an unknown user is user_not_found', async (t) => {
      const [{ users }] = await open(t)
      await assert.rejects(
        users.setRole(newId(), 'admin', () => START, OPERATOR),
        { code: 'user_not_found' },
      )
      await assert.rejects(
        users.setRole(newId(), 'customer', () => START, OPERATOR),
        { code: 'user_not_found' },
      )
    })

    test('the last admin cannot be demoted; a customer may be set to customer', async (t) => {
      const [{ users }] = await open(t)
      const [root, ada] = [account('root', 'admin'), account('ada')]
      await users.add(root)
      await users.add(ada)
      await assert.rejects(
        users.setRole(root.id, 'customer', () => START, OPERATOR),
        { code: 'last_admin' },
      )
      assert.equal((await users.setRole(ada.id, 'customer', () => START, OPERATOR)).role, 'customer')
      await users.setRole(ada.id, 'admin', () => START, OPERATOR)
      assert.equal((await users.setRole(root.id, 'customer', () => START, OPERATOR)).role, 'customer')
    })

    test('of two admins who demote each other at the same time, one stays', async (t) => {
      const pair = await open(t)
      const [a, b] = [account('ada', 'admin'), account('bob', 'admin')]
      await Promise.all([pair[0].users.add(a), pair[1].users.add(b)])
      for (let round = 0; round < 10; round++) {
        const outcomes = await Promise.allSettled([
          pair[0].users.setRole(b.id, 'customer', () => START, OPERATOR),
          pair[1].users.setRole(a.id, 'customer', () => START, OPERATOR),
        ])
        assert.deepEqual(outcomes.map((outcome) => outcome.status).sort(), ['fulfilled', 'rejected'])
        await Promise.all([a, b].map(({ id }) => pair[0].users.setRole(id, 'admin', () => START, OPERATOR)))
      }
    })

    test('an erased account has no name, password or role, and is found and changed by nothing; its tokens are withdrawn', async (t) => {
      const [{ users }, other] = await open(t)
      const [ada, bob] = [account('Ada'), account('bob')]
      for (const each of [ada, bob]) await users.add(each)
      await users.changePassword(ada.id, 1, `${HASH}2`, () => START)
      assert.equal(await users.erase(ada.id, () => START, OPERATOR), true)
      assert.equal(await users.erase(ada.id, () => new Date(START.getTime() + 1), OPERATOR), false)
      assert.deepEqual(
        [await other.users.find(ada.id), await other.users.findByName('ada')],
        [undefined, undefined],
      )
      assert.equal(await users.findByName(erasedUsername(ada.id)), undefined)
      assert.deepEqual(
        (await users.list({ limit: 9 })).map(({ id }) => id),
        [bob.id],
      )
      assert.deepEqual(await users.list({ limit: 9, after: bob.id }), [])
      assert.equal(await users.changePassword(ada.id, 3, `${HASH}3`, () => START), false)
      for (const hash of [`${HASH}2`, '$argon2id$', ''])
        assert.equal(await users.rehash(ada.id, hash, `${HASH}3`), false)
      await assert.rejects(
        users.setRole(ada.id, 'admin', () => START, OPERATOR),
        { code: 'user_not_found' },
      )
      assert.deepEqual(await users.withdrawals(new Date(START.getTime() - 1), 9), [
        { userId: ada.id, leastVersion: 3 },
      ])
    })

    test('the name of an erased account is free, and its new owner has another account', async (t) => {
      const [{ users }, other] = await open(t)
      const before = account('ada')
      await users.add(before)
      await users.erase(before.id, () => START, OPERATOR)
      const after = account('ada')
      await other.users.add(after)
      assert.deepEqual(await users.findByName('ada'), after)
      assert.equal(await users.erase(before.id, () => new Date(START.getTime() + 1), OPERATOR), false)
      assert.deepEqual(await users.find(after.id), after)
      assert.equal(await users.erase(after.id, () => START, OPERATOR), true)
    })

    test('an admin is not erased, nor an unknown account', async (t) => {
      const [{ users }] = await open(t)
      const [root, ada] = [account('root', 'admin'), account('ada', 'admin')]
      for (const each of [root, ada]) await users.add(each)
      assert.deepEqual(
        [await users.erase(ada.id, () => START, OPERATOR), await users.erase(newId(), () => START, OPERATOR)],
        [false, false],
      )
      await users.setRole(ada.id, 'customer', () => START, OPERATOR)
      assert.equal(await users.erase(ada.id, () => START, OPERATOR), true)
      await assert.rejects(
        users.setRole(root.id, 'customer', () => START, OPERATOR),
        { code: 'last_admin' },
      )
    })

    test('are found by the beginning of their names, by name, in pages; deleted ones are not', async (t) => {
      const [{ users }] = await open(t)
      const names = ['anna', 'Ann', 'ann-b', 'ann.c', 'ann_d', 'ann1', 'bob', 'deleted-one']
      const all = names.map((name) => account(name))
      for (const each of all) await users.add(each)
      const gone = account('anne')
      await users.add(gone)
      await users.erase(gone.id, () => START, OPERATOR)
      const seen: string[] = []
      for (let after: string | undefined; ; ) {
        const page = await users.listNamed({ prefix: 'ann', after, limit: 2 })
        seen.push(...page.map(({ username }) => username))
        after = page.at(-1)?.username.toLowerCase()
        if (page.length < 2) break
      }
      assert.deepEqual(seen, ['Ann', 'ann-b', 'ann.c', 'ann1', 'ann_d', 'anna'])
      const named = async (prefix: string) =>
        (await users.listNamed({ prefix, limit: 9 })).map(({ username }) => username)
      assert.deepEqual(await named('deleted'), ['deleted-one'])
      assert.deepEqual(await named('annab'), [])
      const [anna, ann] = all
      const found = await users.findMany([ann!.id, newId(), gone.id, anna!.id])
      assert.deepEqual(found.map(({ username }) => username).sort(), ['Ann', 'anna'])
      assert.deepEqual(await users.findMany([]), [])
    })

    test('pages are newest first, without gaps or repetitions', async (t) => {
      const [{ users }] = await open(t)
      const all = Array.from({ length: 7 }, (_, i) => account(`user${i}`))
      for (const each of all) await users.add(each)
      const ids = all.map((each) => each.id).reverse()
      const seen: string[] = []
      for (let after: string | undefined; ; ) {
        const page = await users.list({ after, limit: 3 })
        seen.push(...page.map((each) => each.id))
        after = page.at(-1)?.id
        if (page.length < 3) break
      }
      assert.deepEqual(seen, ids)
      assert.deepEqual(Object.keys((await users.list({ limit: 1 }))[0]!).sort(), [
        'createdAt',
        'id',
        'role',
        'username',
      ])
    })
  })
}
