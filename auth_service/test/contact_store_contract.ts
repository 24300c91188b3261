/** The contracts of EmailStore, CredentialStore and MailStore. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { resetLinkMade } from '../src/domain/audit.ts'
import { OPERATOR } from '../src/domain/author.ts'
import type { Credential, Mail } from '../src/domain/contact_ports.ts'
import { newId, type OpenPair, type Scope, START, START_AT } from './support.ts'
import { account } from './user_store_contract.ts'

const at = (ms: number) => new Date(START.getTime() + ms)
const text = (ms: number) => at(ms).toISOString()

const credential = (userId: string | null, id: string, createdMs = 0): Credential => ({
  id,
  kind: 'reset link',
  userId,
  body: { passwordVersion: 1 },
  mark: newId(),
  createdAt: text(createdMs),
  expiresAt: text(createdMs + 1_000),
})

const mail = (userId: string | null, dueMs = 0): Mail => ({
  id: newId(),
  kind: 'password_reset',
  userId,
  name: userId === null ? 'ada' : null,
  address: null,
  language: 'de',
  details: { client: 'Firefox on Linux' },
  content: null,
  createdAt: START_AT,
  expiresAt: text(60_000),
  dueAt: text(dueMs),
  attempts: 0,
  fence: 0,
})
const CONTENT = { to: 'ada@example.com', values: { link: 'https://shop.example/#token=secret' } }

export function contactStoresContract(name: string, open: OpenPair) {
  const given = async (t: Scope) => {
    const [here, there] = await open(t)
    const [ada, bob] = [account('ada'), account('bob')]
    for (const each of [ada, bob]) await here.users.add(each)
    return { here, there, ada: ada.id, bob: bob.id }
  }

  suite(`EmailStore (${name})`, () => {
    const ADDRESS = 'ada@example.com'

    test('an address is named, verified once, and found; null removes it', async (t) => {
      const { here, there, ada } = await given(t)
      assert.equal(await here.emails.set(ada, ADDRESS), true)
      assert.equal((await there.users.find(ada))?.email, ADDRESS)
      assert.equal(await there.users.findByVerifiedEmail(ADDRESS), undefined)
      assert.deepEqual(
        [await there.emails.verify(ada, ADDRESS), await here.emails.verify(ada, ADDRESS)],
        [true, false],
      )
      assert.equal((await here.users.findByVerifiedEmail(ADDRESS))?.id, ada)
      await here.emails.set(ada, null)
      const { email, verifiedEmail } = (await there.users.find(ada))!
      assert.deepEqual(
        [email, verifiedEmail, await here.users.findByVerifiedEmail(ADDRESS)],
        [null, null, undefined],
      )
    })

    test('several accounts may name an address, one has it verified', async (t) => {
      const { here, there, ada, bob } = await given(t)
      for (const id of [ada, bob]) await here.emails.set(id, ADDRESS)
      await there.emails.verify(bob, ADDRESS)
      await assert.rejects(here.emails.verify(ada, ADDRESS), { code: 'email_taken' })
      assert.equal((await here.users.find(ada))?.verifiedEmail, null)
    })

    test('of two that verify one address at the same time, one has it', async (t) => {
      const { here, there, ada, bob } = await given(t)
      for (const id of [ada, bob]) await here.emails.set(id, ADDRESS)
      const outcomes = await Promise.allSettled([
        here.emails.verify(ada, ADDRESS),
        there.emails.verify(bob, ADDRESS),
      ])
      assert.equal(outcomes.filter((each) => each.status === 'fulfilled' && each.value).length, 1)
    })

    test('only the address that the account names now is verified; the one before stays until then', async (t) => {
      const { here, ada } = await given(t)
      await here.emails.set(ada, ADDRESS)
      await here.emails.verify(ada, ADDRESS)
      await here.emails.set(ada, 'new@example.com')
      assert.equal(await here.emails.verify(ada, ADDRESS), false)
      assert.equal((await here.users.find(ada))?.verifiedEmail, ADDRESS)
      assert.equal(await here.emails.verify(ada, 'new@example.com'), true)
      assert.equal(await here.users.findByVerifiedEmail(ADDRESS), undefined)
    })

    test('the mail of an address is stored with it; an account that is none gets neither', async (t) => {
      const { here, there, ada } = await given(t)
      assert.equal(await here.emails.set(newId(), ADDRESS, mail(null)), false)
      assert.deepEqual(await there.mails.claim(START, at(1), 9), [])
      assert.equal(await here.emails.set(ada, ADDRESS, mail(ada)), true)
      assert.equal((await there.mails.claim(START, at(1), 9)).length, 1)
    })

    test('a deleted account has no address, credential, mail or session, and its address is free', async (t) => {
      const { here, there, ada, bob } = await given(t)
      for (const id of [ada, bob]) await here.emails.set(id, ADDRESS)
      await here.emails.verify(ada, ADDRESS)
      await here.credentials.add(credential(ada, 'c'))
      await here.mails.add(mail(ada))
      assert.equal(await there.users.erase(ada, () => START, OPERATOR), true)
      assert.deepEqual(
        [await here.users.findByVerifiedEmail(ADDRESS), await here.credentials.find('c')],
        [undefined, undefined],
      )
      assert.deepEqual(await here.mails.claim(START, at(1), 9), [])
      assert.equal(await here.emails.verify(bob, ADDRESS), true)
      assert.equal(await here.emails.set(ada, ADDRESS), false)
    })
  })

  suite(`CredentialStore (${name})`, () => {
    test('one is added, found, replaced by its mark, and removed by its mark', async (t) => {
      const { here, there, ada } = await given(t)
      const first = credential(ada, 'c')
      assert.equal(await here.credentials.add(first), true)
      assert.equal(await there.credentials.add({ ...first, mark: 'other' }), false)
      assert.deepEqual(await there.credentials.find('c'), first)
      assert.equal(await there.credentials.find('d'), undefined)
      const next: Credential = { ...first, mark: 'next', body: { used: 3 }, expiresAt: null }
      assert.equal(await there.credentials.replace(next, 'unknown'), false)
      assert.equal(await there.credentials.replace(next, first.mark), true)
      assert.deepEqual(await here.credentials.find('c'), next)
      assert.equal(await here.credentials.remove('c', first.mark), false)
      assert.equal(await here.credentials.remove('c', 'next'), true)
      assert.equal(await there.credentials.find('c'), undefined)
    })

    test('of many that replace or remove one at once, one succeeds', async (t) => {
      const { here, there, ada } = await given(t)
      const first = credential(ada, 'c')
      await here.credentials.add(first)
      const replaced = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          [here, there][i % 2]!.credentials.replace({ ...first, mark: `m${i}` }, first.mark),
        ),
      )
      assert.equal(replaced.filter(Boolean).length, 1)
      const { mark } = (await here.credentials.find('c'))!
      const removed = await Promise.all(
        Array.from({ length: 10 }, (_, i) => [here, there][i % 2]!.credentials.remove('c', mark)),
      )
      assert.equal(removed.filter(Boolean).length, 1)
    })

    test('those of a user are listed newest first, and the oldest are removed by the next', async (t) => {
      const { here, there, ada, bob } = await given(t)
      await here.credentials.add(credential(bob, 'of bob', 9))
      for (const [i, id] of ['a', 'b', 'c'].entries())
        await here.credentials.add(credential(ada, id, i), { keep: 2 })
      const ids = (await there.credentials.ofUser(ada, 'reset link', 9)).map(({ id }) => id)
      assert.deepEqual(ids, ['c', 'b'])
      assert.equal((await there.credentials.ofUser(ada, 'reset link', 1)).length, 1)
      assert.deepEqual(await there.credentials.ofUser(ada, 'passkey', 9), [])
      await here.credentials.removeOfUser(ada, ['passkey'])
      assert.equal((await here.credentials.ofUser(ada, 'reset link', 9)).length, 2)
      await here.credentials.removeOfUser(ada, ['reset link'])
      assert.deepEqual(await here.credentials.ofUser(ada, 'reset link', 9), [])
      await here.credentials.removeOfUser(bob)
      assert.equal(await here.credentials.find('of bob'), undefined)
    })

    test('what an admin adds is in the audit log', async (t) => {
      const { here, ada } = await given(t)
      const audit = { by: OPERATOR, at: START_AT, record: resetLinkMade(ada, text(1)) }
      await here.credentials.add(credential(ada, 'c'), { audit })
      const [entry] = await here.auditLog.page({ filter: { subject: ada }, before: undefined, limit: 1 })
      assert.deepEqual([entry?.action, entry?.by], ['account.reset_link_made', OPERATOR])
    })

    test('expired ones are purged, a few at a time; those without an end stay', async (t) => {
      const { here, ada } = await given(t)
      for (const id of ['a', 'b', 'c']) await here.credentials.add(credential(ada, id))
      await here.credentials.add({ ...credential(ada, 'd'), expiresAt: null })
      const purge = () => here.credentials.purge(at(1_000), 2)
      assert.deepEqual([await here.credentials.purge(at(999), 9), await purge(), await purge()], [0, 2, 1])
      assert.ok(await here.credentials.find('d'))
    })
  })

  suite(`MailStore (${name})`, () => {
    test('a mail is claimed by one, again after its claim has ended, and an old claim changes nothing', async (t) => {
      const { here, there, ada } = await given(t)
      const stored = mail(ada)
      await here.mails.add(stored)
      assert.deepEqual(await here.mails.claim(at(-1), at(0), 9), [])
      const claims = await Promise.all([here, there].map(({ mails }) => mails.claim(START, at(30), 9)))
      const [claimed] = claims.flat()
      assert.equal(claims.flat().length, 1)
      assert.deepEqual(claimed, { ...stored, dueAt: text(30), attempts: 1, fence: 1 })
      assert.deepEqual(await there.mails.claim(at(29), at(60), 9), [])
      assert.equal((await there.mails.claim(at(30), at(60), 9))[0]?.fence, 2)
      assert.equal(await here.mails.prepare(stored.id, 1, CONTENT), false)
      await here.mails.postpone(stored.id, 1, at(0))
      await here.mails.remove(stored.id, 1)
      assert.equal((await there.mails.claim(at(60), at(90), 9))[0]?.fence, 3)
    })

    test('its content is stored once, together with its link', async (t) => {
      const { here, there, ada } = await given(t)
      const { id } = mail(ada)
      await here.mails.add({ ...mail(ada), id })
      await here.mails.claim(START, at(30), 9)
      assert.equal(await here.mails.prepare(id, 1, CONTENT, credential(ada, 'c')), true)
      assert.equal(
        await here.mails.prepare(id, 1, { ...CONTENT, to: 'x@example.com' }, credential(ada, 'd')),
        false,
      )
      assert.deepEqual(
        [!!(await there.credentials.find('c')), await there.credentials.find('d')],
        [true, undefined],
      )
      await here.mails.postpone(id, 1, at(5))
      assert.deepEqual((await there.mails.claim(at(5), at(30), 9))[0]?.content, CONTENT)
      await there.mails.remove(id, 2)
      assert.deepEqual(await there.mails.claim(at(99), at(100), 9), [])
    })

    test('the earliest due come first, and at most the limit', async (t) => {
      const { here } = await given(t)
      const [late, early] = [mail(null, 5), mail(null, 1)]
      for (const each of [late, early]) await here.mails.add(each)
      assert.deepEqual(
        (await here.mails.claim(at(9), at(30), 1)).map(({ id }) => id),
        [early.id],
      )
      assert.deepEqual(
        (await here.mails.claim(at(9), at(30), 1)).map(({ id }) => id),
        [late.id],
      )
    })

    test('expired mails are purged, a few at a time', async (t) => {
      const { here } = await given(t)
      for (let i = 0; i < 3; i++) await here.mails.add(mail(null))
      const purge = () => here.mails.purge(at(60_000), 2)
      assert.deepEqual([await here.mails.purge(at(59_999), 9), await purge(), await purge()], [0, 2, 1])
    })
  })
}
