import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CLOCKS_DIFFER_MS } from '../src/domain/clocks.ts'
import type { Session, Stores } from '../src/domain/ports.ts'
import { type OpenPair, type Scope, START } from './support.ts'
import { account } from './user_store_contract.ts'

const after = (ms: number) => new Date(START.getTime() + ms)

/** The contract of SessionStore. */
export function sessionStoreContract(name: string, open: OpenPair) {
  suite(`SessionStore (${name})`, () => {
    const given = async (t: Scope): Promise<[Stores, Stores, string]> => {
      const pair = await open(t)
      const user = account('ada')
      await pair[0].users.add(user)
      return [...pair, user.id]
    }
    const session = (userId: string, id: string, createdAt = START): Session => ({
      id,
      userId,
      passwordVersion: 1,
      tokenHash: `${id} 0`,
      previousHash: null,
      salt: null,
      rotatedAt: null,
      createdAt: createdAt.toISOString(),
      expiresAt: new Date(createdAt.getTime() + 1000).toISOString(),
      client: id === 's' ? 'Firefox on Linux' : null,
      secondFactor: id === 's',
    })
    const next = (hash: string) => ({
      tokenHash: hash,
      salt: `salt of ${hash}`,
      rotatedAt: after(5).toISOString(),
    })

    test('finds a started session', async (t) => {
      const [{ sessions }, other, user] = await given(t)
      await sessions.start(session(user, 's'), 9)
      assert.deepEqual(await other.sessions.find('s'), session(user, 's'))
      assert.equal(await sessions.find('unknown'), undefined)
    })

    test('those of a user that have not expired are listed, newest first', async (t) => {
      const [{ sessions, users }, other, user] = await given(t)
      const bob = account('bob')
      await users.add(bob)
      for (const [i, id] of ['a', 'b', 'c'].entries()) await sessions.start(session(user, id, after(i)), 9)
      await sessions.start(session(bob.id, 'of bob'), 9)
      const ids = async (now: Date, limit = 9) =>
        (await other.sessions.ofUser(user, now, limit)).map(({ id }) => id)
      assert.deepEqual(
        [await ids(START), await ids(after(1001)), await ids(START, 2)],
        [['c', 'b', 'a'], ['c'], ['c', 'b']],
      )
    })

    test('only the user’s newest sessions stay; other users’ are not affected', async (t) => {
      const [{ sessions, users }, , user] = await given(t)
      const bob = account('bob')
      await users.add(bob)
      await sessions.start(session(bob.id, 'of bob'), 2)
      for (const [i, id] of ['a', 'b', 'c'].entries()) {
        await sessions.start(session(user, id, after(i)), 2)
      }
      assert.equal(await sessions.find('a'), undefined)
      for (const id of ['b', 'c', 'of bob']) assert.equal((await sessions.find(id))?.id, id)
    })

    test('newer sessions of other users do not count', async (t) => {
      const [{ sessions, users }, , user] = await given(t)
      const bob = account('bob')
      await users.add(bob)
      await sessions.start(session(user, 'a'), 2)
      for (const id of ['x', 'y']) await sessions.start(session(bob.id, id, after(9)), 2)
      await sessions.start(session(user, 'b'), 2)
      for (const id of ['a', 'b', 'x', 'y']) assert.equal((await sessions.find(id))?.id, id)
    })

    test('concurrent starts leave at most the limit', async (t) => {
      const [a, b, user] = await given(t)
      const ids = Array.from({ length: 12 }, (_, i) => `s${i}`)
      await Promise.all(ids.map((id, i) => [a, b][i % 2]!.sessions.start(session(user, id), 3)))
      const left = await Promise.all(ids.map((id) => a.sessions.find(id)))
      assert.equal(left.filter(Boolean).length, 3)
    })

    test('sessions created in the future are moved to now with the same lifetime; others stay as they are', async (t) => {
      const [{ sessions }, , user] = await given(t)
      const ahead = 24 * 60 * 60_000
      const spared = [session(user, 'now'), session(user, 'a little', after(CLOCKS_DIFFER_MS))]
      for (const each of spared) await sessions.start(each, 9)
      for (const id of ['a', 'b', 'c']) await sessions.start(session(user, id, after(ahead)), 9)
      const clampFutureStarts = () => sessions.clampFutureStarts(START, after(1000), 2)
      assert.deepEqual(
        [await clampFutureStarts(), await clampFutureStarts(), await clampFutureStarts()],
        [2, 1, 0],
      )
      for (const id of ['a', 'b', 'c']) assert.deepEqual(await sessions.find(id), session(user, id))
      for (const each of spared) assert.deepEqual(await sessions.find(each.id), each)
    })

    test('a session created in the future that ends within the limit stays as it is', async (t) => {
      const [{ sessions }, , user] = await given(t)
      const ahead = session(user, 's', after(24 * 60 * 60_000))
      await sessions.start(ahead, 9)
      assert.equal(await sessions.clampFutureStarts(START, new Date(ahead.expiresAt), 9), 0)
      assert.deepEqual(await sessions.find('s'), ahead)
    })

    test('rotating makes the newest the previous one', async (t) => {
      const [{ sessions }, , user] = await given(t)
      await sessions.start(session(user, 's'), 9)
      assert.equal(await sessions.rotate('s', 's 0', next('s 1')), true)
      assert.deepEqual(await sessions.find('s'), {
        ...session(user, 's'),
        previousHash: 's 0',
        ...next('s 1'),
      })
    })

    test('rotating from another hash than the newest changes nothing', async (t) => {
      const [{ sessions }, , user] = await given(t)
      await sessions.start(session(user, 's'), 9)
      await sessions.rotate('s', 's 0', next('s 1'))
      const before = await sessions.find('s')
      for (const from of ['s 0', 'other', '']) {
        assert.equal(await sessions.rotate('s', from, next('s 2')), false)
      }
      assert.equal(await sessions.rotate('unknown', 's 1', next('s 2')), false)
      assert.deepEqual(await sessions.find('s'), before)
    })

    test('of many concurrent rotations of one token, exactly one succeeds', async (t) => {
      const [a, b, user] = await given(t)
      await a.sessions.start(session(user, 's'), 9)
      const rotated = await Promise.all(
        Array.from({ length: 20 }, (_, i) => [a, b][i % 2]!.sessions.rotate('s', 's 0', next(`try ${i}`))),
      )
      assert.equal(rotated.filter(Boolean).length, 1)
      assert.equal((await b.sessions.find('s'))?.tokenHash, `try ${rotated.indexOf(true)}`)
    })

    test('an ended session is deleted and cannot rotate; ending it again is no error', async (t) => {
      const [{ sessions }, , user] = await given(t)
      await sessions.start(session(user, 's'), 9)
      await sessions.end('s')
      await sessions.end('s')
      assert.equal(await sessions.find('s'), undefined)
      assert.equal(await sessions.rotate('s', 's 0', next('s 1')), false)
    })

    test('ends the sessions of this user alone that are of an older password', async (t) => {
      const [{ sessions, users }, , user] = await given(t)
      const bob = account('bob')
      await users.add(bob)
      await sessions.start(session(bob.id, 'of bob'), 9)
      for (const id of ['a', 'b', 'c']) await sessions.start(session(user, id), 9)
      await sessions.start({ ...session(user, 'new'), passwordVersion: 2 }, 9)
      const left = async () =>
        (await Promise.all(['a', 'b', 'c', 'new', 'of bob'].map((id) => sessions.find(id)))).flatMap(
          (each) => each?.id ?? [],
        )
      await sessions.endOlder(user, 1)
      assert.deepEqual(await left(), ['a', 'b', 'c', 'new', 'of bob'])
      await sessions.endOlder(user, 2)
      assert.deepEqual(await left(), ['new', 'of bob'])
      await sessions.endOlder(user, 3)
      assert.deepEqual(await left(), ['of bob'])
    })

    test('a new password keeps the given session, if it is the user’s and of the password before', async (t) => {
      const [{ sessions, users }, other, user] = await given(t)
      const bob = account('bob')
      await users.add(bob)
      for (const id of ['a', 'b']) await sessions.start(session(user, id), 9)
      await sessions.start({ ...session(user, 'older'), passwordVersion: 0 }, 9)
      await sessions.start(session(bob.id, 'of bob'), 9)
      const versions = async () =>
        Promise.all(
          ['a', 'b', 'older', 'of bob'].map(async (id) => (await other.sessions.find(id))?.passwordVersion),
        )
      const change = (from: number, keep: string) =>
        users.changePassword(user, from, `$argon2id$${from} ${keep}`, () => START, { keep })
      assert.equal(await change(7, 'a'), false)
      assert.deepEqual(await versions(), [1, 1, 0, 1])
      assert.equal(await change(1, 'a'), true)
      assert.deepEqual(await versions(), [2, 1, 0, 1])
      for (const [n, keep] of ['b', 'older', 'of bob', 'unknown'].entries())
        assert.equal(await change(n + 2, keep), true)
      assert.deepEqual(await versions(), [2, 1, 0, 1])
    })

    test('counts the sessions of a user that have not expired', async (t) => {
      const [{ sessions, users }, , user] = await given(t)
      const bob = account('bob')
      await users.add(bob)
      await sessions.start(session(bob.id, 'of bob'), 9)
      for (const [n, id] of ['a', 'b', 'c'].entries()) await sessions.start(session(user, id, after(n)), 9)
      const counts = [0, 1_000, 1_001, 1_002].map((ms) => sessions.count(user, after(ms)))
      assert.deepEqual(await Promise.all(counts), [3, 2, 1, 0])
    })

    test('purging removes only expired sessions, oldest first, one batch at a time', async (t) => {
      const [{ sessions }, , user] = await given(t)
      const all = ['s0', 's1', 's2', 's3', 's4']
      for (const i of [2, 0, 4, 1, 3]) await sessions.start(session(user, `s${i}`, after(i)), 9)
      const left = async () => {
        const found = await Promise.all(all.map((id) => sessions.find(id)))
        return found.flatMap((each) => each?.id ?? [])
      }
      const now = after(1000 + 2)
      for (const [count, ...rest] of [
        [2, 's2', 's3', 's4'],
        [1, 's3', 's4'],
        [0, 's3', 's4'],
      ]) {
        assert.equal(await sessions.purge(now, 2), count)
        assert.deepEqual(await left(), rest)
      }
    })
  })
}
