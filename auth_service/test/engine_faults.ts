/** All operations of the account stores at the same time, for runs in which an engine call fails. */
import assert from 'node:assert/strict'
import type { FaultRun, Step } from '@shop/service_kit/test_support/fault_runs'
import { OPERATOR } from '../src/domain/author.ts'
import type { Session, Stores } from '../src/domain/ports.ts'
import { newId, START, START_AT } from './support.ts'
import { account } from './user_store_contract.ts'

const LIMITS = { freeAttempts: 5, firstPauseMs: 1_000, longestPauseMs: 60_000, forgetAfterMs: 60_000 }
let serial = 0

const session = (userId: string): Session => ({
  id: newId(),
  userId,
  passwordVersion: 1,
  tokenHash: 'first',
  previousHash: null,
  salt: null,
  rotatedAt: null,
  createdAt: START_AT,
  expiresAt: new Date(START.getTime() + 60_000).toISOString(),
  client: null,
  secondFactor: false,
})

export async function accountRun({ users, sessions, keys, throttle, check }: Stores): Promise<FaultRun> {
  serial++
  const [ada, bob, eve] = ['ada', 'bob', 'eve'].map((name) => account(`${name}${serial}`)) as [
    ReturnType<typeof account>,
    ReturnType<typeof account>,
    ReturnType<typeof account>,
  ]
  await users.add(ada)
  await users.add(bob)
  const [kept, ended, fresh] = [session(ada.id), session(ada.id), session(bob.id)]
  await sessions.start(kept, 10)
  await sessions.start(ended, 10)
  const remembered = `known ${serial}`
  const there = async (id: string) => (await sessions.find(id)) !== undefined

  const steps: Step[] = [
    { name: 'add', run: () => users.add(eve), applied: async () => (await users.find(eve.id)) !== undefined },
    {
      name: 'add a name that is taken',
      run: () => users.add({ ...account(`ADA${serial}`) }),
      refusal: 'username_taken',
    },
    {
      name: 'change a password',
      run: async () =>
        assert.ok(
          await users.changePassword(ada.id, 1, `${ada.passwordHash}2`, () => START, { keep: kept.id }),
        ),
      async applied() {
        const [account, session] = [await users.find(ada.id), await sessions.find(kept.id)]
        assert.equal(session?.passwordVersion, account?.passwordVersion, 'both, or neither')
        return account?.passwordVersion === 2
      },
    },
    {
      name: 'rehash',
      run: async () => assert.ok(await users.rehash(bob.id, bob.passwordHash, `${bob.passwordHash}2`)),
      applied: async () => (await users.find(bob.id))?.passwordHash === `${bob.passwordHash}2`,
    },
    {
      name: 'make an admin',
      run: () => users.setRole(bob.id, 'admin', () => START, OPERATOR),
      applied: async () => (await users.find(bob.id))?.role === 'admin',
    },
    { name: 'start a session', run: () => sessions.start(fresh, 10), applied: () => there(fresh.id) },
    {
      name: 'rotate',
      run: async () => {
        const next = { tokenHash: 'second', salt: 's', rotatedAt: START_AT }
        assert.ok(await sessions.rotate(kept.id, 'first', next))
      },
      applied: async () => (await sessions.find(kept.id))?.tokenHash === 'second',
    },
    {
      name: 'end a session',
      run: () => sessions.end(ended.id),
      applied: async () => !(await there(ended.id)),
    },
    { name: 'take a try', run: () => throttle.take([{ key: `try ${serial}`, limits: LIMITS }], () => START) },
    { name: 'refund', run: () => throttle.refund([`other ${serial}`]) },
    {
      name: 'remember',
      run: () => throttle.remember(remembered, new Date(START.getTime() + 60_000).toISOString()),
      applied: () => throttle.remembers(remembered, START),
    },
    { name: 'pull in', run: () => sessions.clampFutureStarts(START, START, 10) },
    { name: 'purge', run: () => sessions.purge(START, 10) },
    { name: 'find by name', run: () => users.findByName(`ada${serial}`) },
    { name: 'withdrawals', run: () => users.withdrawals(START, 2) },
    { name: 'list', run: () => users.list({ limit: 2 }) },
    { name: 'keys', run: () => keys.list() },
    { name: 'check', run: () => check() },
  ]
  return {
    steps,
    async verify() {
      await check()
      const after = account(`after${serial}-${newId().slice(-6)}`)
      await users.add(after)
      assert.deepEqual(await users.find(after.id), after)
      assert.equal((await users.find(ada.id))?.username, ada.username)
    },
  }
}
