import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { makeKeyPair } from '../src/crypto/signing.ts'
import { SYSTEM } from '../src/domain/author.ts'
import type { SigningKey } from '../src/domain/key_ports.ts'
import { type OpenPair, START, START_AT } from './support.ts'

export const aKey = async (generation: number, signsFrom = START_AT): Promise<SigningKey> => ({
  ...(await makeKeyPair()),
  generation,
  signsFrom,
  createdAt: START_AT,
})

/** The contract of KeyStore. */
export function keyStoreContract(name: string, open: OpenPair) {
  suite(`KeyStore (${name})`, () => {
    test('lists what was added, lowest generation first', async (t) => {
      const [{ keys }, other] = await open(t)
      assert.deepEqual(await keys.list(), [])
      const [one, two] = [await aKey(1), await aKey(2)]
      assert.equal(await keys.add(two, SYSTEM), true)
      assert.equal(await keys.add(one, SYSTEM), true)
      assert.deepEqual(await other.keys.list(), [one, two])
    })

    test('a generation that exists is not added again', async (t) => {
      const [{ keys }, other] = await open(t)
      const first = await aKey(1)
      await keys.add(first, SYSTEM)
      assert.equal(await other.keys.add(await aKey(1), SYSTEM), false)
      assert.deepEqual(await keys.list(), [first])
    })

    test('of many adding one generation at once, exactly one does', async (t) => {
      const pair = await open(t)
      const candidates = await Promise.all(Array.from({ length: 10 }, () => aKey(1)))
      const added = await Promise.all(candidates.map((key, i) => pair[i % 2]!.keys.add(key, SYSTEM)))
      assert.equal(added.filter(Boolean).length, 1)
      assert.deepEqual(await pair[1].keys.list(), [candidates[added.indexOf(true)]])
    })

    test('removes the given keys; unknown ones are ignored', async (t) => {
      const [{ keys }] = await open(t)
      const [one, two] = [await aKey(1), await aKey(2)]
      await keys.add(one, SYSTEM)
      await keys.add(two, SYSTEM)
      await keys.remove([one.kid, 'unknown'], { how: 'retired', at: START, by: SYSTEM })
      await keys.remove([], { how: 'retired', at: START, by: SYSTEM })
      assert.deepEqual(await keys.list(), [two])
    })
  })
}
