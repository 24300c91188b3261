/** Lost answers of MongoDB: each write is applied once and reported correctly. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Collection } from 'mongodb'
import { mongoSuites } from '../../../simulation/test_support/mongo_suites.ts'
import { OPERATOR, SYSTEM } from '../../src/domain/author.ts'
import { openStores } from '../../src/storage/open_stores.ts'
import { aKey } from '../key_store_contract.ts'
import { START, START_AT } from '../support.ts'
import { account } from '../user_store_contract.ts'

const LIMITS = { freeAttempts: 3, firstPauseMs: 1_000, longestPauseMs: 8_000, forgetAfterMs: 60_000 }
/** More losses than there are retries. */
const ALL = 1_000

mongoSuites('accounts in MongoDB when answers get lost', (server) => {
  /** Two replicas with two accounts; answers to one replica may be lost. */
  const world = async (t: TestContext) => {
    const database = server.newDatabase()
    const open = async (DATABASE_URL: string) => {
      const stores = await openStores({ DATABASE_URL, DATA_DIR: '' }, server.opening)
      t.after(() => stores.close())
      return stores
    }
    const { url, proxy } = await server.proxied(t, database)
    const [here, other] = [await open(url), await open(server.url(database))]
    const [first, ada] = [account('first'), account('ada')]
    for (const each of [first, ada]) await other.users.add(each)
    return { proxy, here, other, ada }
  }
  const session = (userId: string, id: string) => ({
    ...{ id, userId, passwordVersion: 1, tokenHash: 'one', previousHash: null, salt: null, rotatedAt: null },
    createdAt: START_AT,
    expiresAt: new Date(START.getTime() + 1_000).toISOString(),
    client: null,
    secondFactor: false,
  })

  test('an account is added once and reported as added; a taken name is reported as taken', async (t) => {
    const { here, other, proxy } = await world(t)
    const bob = account('bob')
    proxy.loseAnswerTo('insert', 2)
    await here.users.add(bob)
    assert.equal(proxy.lost(), 2)
    assert.deepEqual(await other.users.find(bob.id), bob)
    proxy.loseAnswerTo('insert', 1)
    await assert.rejects(here.users.add(account('BOB')), { code: 'username_taken' })
  })

  test('a password is changed once and reported as changed, and so is a rehash', async (t) => {
    const { here, other, ada, proxy } = await world(t)
    proxy.loseAnswerTo('update', 2)
    assert.equal(await here.users.changePassword(ada.id, 1, 'second', () => START), true)
    assert.equal(proxy.lost(), 2)
    assert.equal((await other.users.find(ada.id))?.passwordVersion, 2)
    proxy.loseAnswerTo('update', 1)
    assert.equal(await here.users.rehash(ada.id, 'second', 'again'), true)
    proxy.loseAnswerTo('update', 1)
    assert.equal(await here.users.rehash(ada.id, 'second', 'never'), false)
    assert.equal((await other.users.find(ada.id))?.passwordHash, 'again')
  })

  test('a change with an unknown outcome is reported as neither', async (t) => {
    const { here, other, ada, proxy } = await world(t)
    proxy.loseAnswerTo('update', ALL)
    const change = here.users.changePassword(ada.id, 1, 'second', () => START)
    const ended = assert.rejects(change, { code: 'store_unavailable' })
    // The driver retries a write once and gets the first result; after that the store retries.
    while (proxy.lost() < 4) await sleep(1)
    assert.equal(await other.users.changePassword(ada.id, 2, 'third', () => START), true)
    proxy.loseAnswerTo('update', 0)
    await ended
  })

  test('a change after a concurrent change is refused', async (t) => {
    const { here, other, ada, proxy } = await world(t)
    await other.users.changePassword(ada.id, 1, 'theirs', () => START)
    proxy.loseAnswerTo('update', 4)
    assert.equal(await here.users.changePassword(ada.id, 1, 'ours', () => START), false)
    assert.equal(proxy.lost(), 4)
    assert.equal((await other.users.find(ada.id))?.passwordHash, 'theirs')
  })

  test('a session is started, rotated and ended once', async (t) => {
    const { here, other, ada, proxy } = await world(t)
    await other.sessions.start(session(ada.id, 'other'), 9)
    proxy.loseAnswerTo('insert', 1)
    await here.sessions.start(session(ada.id, 's'), 9)
    proxy.loseAnswerTo('update', 2)
    const next = { tokenHash: 'two', salt: 'of two', rotatedAt: START_AT }
    assert.equal(await here.sessions.rotate('s', 'one', next), true)
    proxy.loseAnswerTo('update', 1)
    assert.equal(await here.sessions.rotate('s', 'one', { ...next, salt: 'of another' }), false)
    assert.equal((await other.sessions.find('s'))?.previousHash, 'one')
    proxy.loseAnswerTo('delete', 1)
    await here.sessions.end('s')
    assert.deepEqual(
      [await other.sessions.find('s'), (await other.sessions.find('other'))?.tokenHash],
      [undefined, 'one'],
    )
  })

  test('a key is added once and reported as added; an existing generation is reported', async (t) => {
    const { here, other, proxy } = await world(t)
    await other.keys.add(await aKey(1), SYSTEM)
    const second = await aKey(2)
    proxy.loseAnswerTo('insert', 2)
    assert.equal(await here.keys.add(second, SYSTEM), true)
    proxy.loseAnswerTo('insert', 1)
    assert.equal(await here.keys.add(await aKey(2), SYSTEM), false)
    assert.deepEqual((await other.keys.list())[1], second)
  })

  test('a key refused for another reason than its generation is not reported as existing', async (t) => {
    const { here, other, proxy } = await world(t)
    await other.keys.add(await aKey(1), SYSTEM)
    proxy.loseAnswerTo('signing_keys', 1, {
      ok: 0,
      code: 121,
      codeName: 'DocumentValidationFailure',
      errmsg: 'no',
    })
    await assert.rejects(here.keys.add(await aKey(2), SYSTEM), { code: 121 })
    assert.equal(proxy.lost(), 1)
  })

  test('a name or generation taken by a write that is not on a majority yet is tried again', async (t) => {
    const { here, other } = await world(t)
    await other.keys.add(await aKey(1), SYSTEM)
    const find = () => t.mock.method(Collection.prototype, 'findOne', async () => null, { times: 1 }).mock
    const ofName = find()
    await assert.rejects(here.users.add(account('ADA')), { code: 'username_taken' })
    const ofKey = find()
    assert.equal(await here.keys.add(await aKey(1), SYSTEM), false)
    assert.deepEqual([ofName.callCount(), ofKey.callCount()], [1, 1])
  })

  test('the very first demotion meets that of another replica, is retried and succeeds', async (t) => {
    const { here, other, ada, proxy } = await world(t)
    const bob = account('bob')
    await other.users.add(bob)
    for (const { id } of [ada, bob]) await other.users.setRole(id, 'admin', () => START, OPERATOR)
    proxy.loseAnswerTo('demotions', 1, { ok: 0, code: 11000, codeName: 'DuplicateKey', errmsg: 'no' })
    assert.equal((await here.users.setRole(ada.id, 'customer', () => START, OPERATOR)).role, 'customer')
    assert.equal(proxy.lost(), 1)
    assert.equal((await other.users.find(ada.id))?.role, 'customer')
  })

  test('an attempt may be counted twice, but never not at all', async (t) => {
    const { here, proxy } = await world(t)
    const take = () => here.throttle.take([{ key: 'k', limits: LIMITS }], () => START)
    assert.equal(await take(), undefined)
    // The driver repeats a write once; a real server recognizes that, and the store repeats it again.
    const losses = server.honest ? 2 : 1
    proxy.loseAnswerTo('update', losses)
    assert.equal(await take(), undefined)
    assert.equal(proxy.lost(), losses)
    assert.deepEqual(await take(), new Date(START.getTime() + LIMITS.firstPauseMs).toISOString())
  })

  test('a refund whose answer was lost is not repeated, so no attempt is taken back twice', async (t) => {
    const { here, proxy } = await world(t)
    await here.throttle.take([{ key: 'k', limits: LIMITS }], () => START)
    proxy.loseAnswerTo('update', 3)
    await here.throttle.refund(['k'])
    // The driver repeats a write once, and the server recognizes that.
    assert.equal(proxy.lost(), 2)
  })
})
