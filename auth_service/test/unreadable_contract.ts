/** Records that were changed from outside and cannot be read do not affect other records. */

import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { Audited } from '@shop/service_kit/audit/entry'
import { Unreadable } from '@shop/service_kit/storage/unreadable'
import { makeKeyPair } from '../src/crypto/signing.ts'
import { OPERATOR } from '../src/domain/author.ts'
import type { Stores } from '../src/domain/ports.ts'
import { maintainKeys } from '../src/domain/signing_keys.ts'
import { maintain } from '../src/maintenance.ts'
import { createWorld, DAY_MS } from './support.ts'

export type Corruptible = {
  readonly stores: Audited<Stores>
  /** The reports, in order: `<what> <id>`. */
  readonly reported: string[]
  /** `where` is the id of a user or session, the kid of a key, the key of a throttle. */
  corrupt(kind: 'user' | 'changes of user' | 'session' | 'key' | 'throttle', where: string): Promise<void>
}

export function unreadableContract(name: string, make: (t: TestContext) => Promise<Corruptible>) {
  const worldOf = async (t: TestContext) => {
    const made = await make(t)
    return { ...made, ...(await createWorld(t, { stores: made.stores })) }
  }

  suite(`${name}: unreadable records`, () => {
    test('an unreadable account is left out of full pages, and only its own reads fail', async (t) => {
      const { stores, corrupt, reported, join, tryLogin, register } = await worldOf(t)
      const ids: string[] = []
      for (const each of ['ada', 'bob', 'eve', 'fay']) ids.push((await join(each)).user.id)
      await corrupt('user', ids[1]!)
      await corrupt('user', ids[2]!)
      const list = async (after?: string) =>
        (await stores.users.list({ limit: 2, after })).map(({ username }) => username)
      assert.deepEqual(
        [await list(), await list(ids[3])],
        [
          ['fay', 'ada'],
          ['ada', 'root'],
        ],
      )
      await assert.rejects(stores.users.find(ids[1]!), Unreadable)
      assert.ok(reported.includes(`an account ${ids[1]}`))
      const statuses = [await tryLogin('ada'), await tryLogin('bob'), await register('bob')]
      assert.deepEqual(
        statuses.map(({ status }) => status),
        [200, 500, 500],
        'never taken for absent',
      )
    })

    test('an unreadable account is left out of the list of withdrawn tokens, others are not', async (t) => {
      const { stores, corrupt, join, call, clock } = await worldOf(t)
      const [ada, bob] = [await join('ada'), await join('bob')]
      for (const { user } of [ada, bob]) await stores.users.setRole(user.id, 'admin', clock.now, OPERATOR)
      await corrupt('changes of user', ada.user.id)
      const { status, body } = await call('GET', '/.well-known/withdrawn_tokens.json')
      assert.deepEqual([status, body.withdrawn], [200, [{ user_id: bob.user.id, least_version: 2 }]])
    })

    test('an unreadable signing key gets a successor, and published keys and logins continue', async (t) => {
      const { stores, corrupt, join, call, clock } = await worldOf(t)
      const [only] = await stores.keys.list()
      await corrupt('key', only!.kid)
      assert.deepEqual(await stores.keys.list(), [])
      const made = await maintainKeys({ keys: stores.keys, makeKeyPair, now: clock.now }, 30 * DAY_MS)
      assert.deepEqual(
        (await stores.keys.list()).map(({ kid, generation }) => [kid, generation]),
        [[made, 2]],
      )
      const ada = await join('ada')
      assert.equal((await call('GET', '/me', { token: ada.access_token })).status, 200)
      const { body } = await call('GET', '/.well-known/jwks.json')
      assert.deepEqual(
        body.keys.map(({ kid }: { kid: string }) => kid),
        [made],
      )
    })

    test('an unreadable session fails alone, and operations on all sessions succeed', async (t) => {
      const { stores, corrupt, join, login, refresh, call, clock } = await worldOf(t)
      const [ada, bob] = [await join('ada'), await join('bob')]
      const idOf = (token: string) => token.split('.')[0]!
      await corrupt('session', idOf(ada.refresh_token))
      assert.equal((await refresh(ada.refresh_token)).status, 500)
      assert.equal((await refresh(bob.refresh_token)).status, 200)
      assert.equal((await refresh((await login('ada')).refresh_token)).status, 200)
      const keyPorts = { keys: stores.keys, makeKeyPair, now: clock.now }
      await clock.advanceUntil(maintain({ stores, keyPorts, rotationDays: 30, runtime: clock }))
      clock.pass(40 * DAY_MS)
      await clock.advanceUntil(maintain({ stores, keyPorts, rotationDays: 30, runtime: clock }))
      assert.equal(await stores.sessions.find(idOf(bob.refresh_token)), undefined, 'it was purged')
      const { status } = await call('POST', '/logout', { body: { refresh_token: ada.refresh_token } })
      assert.equal(status, 204)
      assert.equal(await stores.sessions.find(idOf(ada.refresh_token)), undefined)
    })

    test('an unreadable throttle entry starts again from zero', async (t) => {
      const { corrupt, reported, join, tryLogin } = await worldOf(t)
      await join('ada')
      await tryLogin('ada', 'wrong horse battery')
      for (const key of ['address 127.0.0.1', 'pair ada 127.0.0.1']) await corrupt('throttle', key)
      assert.equal((await tryLogin('ada')).status, 200)
      assert.ok(reported.includes('a throttle address'), reported.join())
      const statuses: number[] = []
      for (let i = 0; i < 12; i++) statuses.push((await tryLogin('ada', 'wrong horse battery')).status)
      assert.equal(statuses.at(-1), 429)
    })
  })
}
