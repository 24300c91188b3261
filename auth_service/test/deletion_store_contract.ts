/** The contract of DeletionStore (src/domain/deletions.ts). */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { OPERATOR } from '../src/domain/author.ts'
import { type OpenPair, type Scope, START } from './support.ts'
import { account } from './user_store_contract.ts'

const at = (ms: number) => new Date(START.getTime() + ms)
const now = () => START

export function deletionStoreContract(name: string, open: OpenPair) {
  const given = async (t: Scope) => {
    const [here, there] = await open(t)
    const all = ['ada', 'bob', 'eve'].map((each) => account(each))
    for (const each of all) await here.users.add(each)
    const [ada, bob, eve] = all.map(({ id }) => id) as [string, string, string]
    return { here, there, ada, bob, eve }
  }

  suite(`DeletionStore (${name})`, () => {
    test('1: a deletion is recorded with the account that is erased, once, and for no other', async (t) => {
      const { here, there, ada, bob } = await given(t)
      const root = account('root', 'admin')
      await here.users.add(root)
      assert.equal(await here.users.erase(ada, now, OPERATOR), true)
      assert.equal(await there.users.erase(ada, () => at(1), OPERATOR), false)
      assert.equal(await here.users.erase(root.id, now, OPERATOR), false)
      assert.deepEqual(await there.deletions.claim(START, at(10), 9), [
        { userId: ada, attempts: 1, fence: 1 },
      ])
      await there.deletions.remove(ada, 1)
      assert.equal(await here.users.erase(ada, () => at(2), OPERATOR), false)
      assert.deepEqual(await here.deletions.claim(at(99), at(100), 9), [])
      assert.ok(await here.users.find(bob))
    })

    test('2: each is claimed by one process at a time, the longest due first, a few at a time', async (t) => {
      const { here, there, ada, bob, eve } = await given(t)
      for (const [i, id] of [bob, ada, eve].entries()) await here.users.erase(id, () => at(i), OPERATOR)
      assert.deepEqual(
        (await here.deletions.claim(at(5), at(100), 2)).map(({ userId }) => userId),
        [bob, ada],
      )
      assert.deepEqual(
        (await there.deletions.claim(at(5), at(100), 2)).map(({ userId }) => userId),
        [eve],
      )
      assert.deepEqual(await here.deletions.claim(at(99), at(200), 9), [])
      assert.equal((await here.deletions.claim(at(100), at(200), 9)).length, 3)
    })

    test('2: what a process that stood still does later to a deletion that was claimed again changes nothing', async (t) => {
      const { here, there, ada } = await given(t)
      await here.users.erase(ada, now, OPERATOR)
      const [old] = await here.deletions.claim(START, at(10), 9)
      const [claimed] = await there.deletions.claim(at(10), at(20), 9)
      assert.deepEqual([claimed?.attempts, claimed?.fence], [2, 2])
      await here.deletions.remove(ada, old!.fence)
      await here.deletions.postpone(ada, old!.fence, START)
      assert.deepEqual(await here.deletions.claim(at(19), at(30), 9), [])
      await there.deletions.postpone(ada, claimed!.fence, at(40))
      assert.deepEqual(await here.deletions.claim(at(39), at(50), 9), [])
      assert.equal((await here.deletions.claim(at(40), at(50), 9)).length, 1)
    })
  })
}
